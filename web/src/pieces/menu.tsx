import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import { moveFocus } from '../messages/move-focus.ts';

export interface MenuItem {
  label: string;
  icon: ReactNode;
  danger?: boolean;
  onPick: () => void;
}

interface MenuProps {
  label: string;
  items: MenuItem[];
  /** What was pressed: the menu stands beside it. On a touch screen it comes from the foot instead. */
  anchor: DOMRect;
  onClose: () => void;
}

/** Between the menu and what it belongs to, and the edge of the window. */
const gap = 4;

function placeBeside(menu: HTMLElement, anchor: DOMRect): void {
  const { width, height } = menu.getBoundingClientRect();
  const below = anchor.bottom + gap;
  const top = below + height > innerHeight - gap ? anchor.top - gap - height : below;
  menu.style.top = `${Math.max(gap, top)}px`;
  menu.style.left = `${Math.min(Math.max(gap, anchor.left), innerWidth - width - gap)}px`;
}

/** What can be done with one thing. Arrows walk, Enter picks, Escape and a press beside it leave; the focus goes back. */
export function Menu({ label, items, anchor, onClose }: MenuProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus();
  }, []);
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    element.showModal();
    if (!matchMedia('(pointer: coarse)').matches) placeBeside(element, anchor);
  }, [anchor]);
  return (
    <dialog
      ref={dialog}
      aria-label={label}
      onClose={onClose}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget) dialog.current?.close();
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        moveFocus(event, '[role="menuitem"]');
      }}
      className="fixed m-0 min-w-44 animate-appear rounded-control bg-raised p-0 shadow-float backdrop:bg-transparent touch:mt-auto touch:mb-0 touch:w-full touch:max-w-none touch:rounded-b-none touch:rounded-t-bubble touch:backdrop:bg-ink/40"
    >
      <div role="menu" aria-label={label} className="py-1 touch:safe-foot touch:py-2">
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            onClick={() => {
              // Closed first, so that the focus is back where it was when the action moves it.
              dialog.current?.close();
              item.onPick();
            }}
            className={`ring-inside flex min-h-9 w-full items-center gap-3 px-4 py-1.5 text-left hover:bg-hover touch:min-h-12 ${item.danger ? 'text-bad' : ''}`}
          >
            <span aria-hidden="true" className="shrink-0 [&>svg]:size-4 touch:[&>svg]:size-5">
              {item.icon}
            </span>
            {item.label}
          </button>
        ))}
      </div>
    </dialog>
  );
}
