import { X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { IconButton } from './button.tsx';

const sizes = {
  page: 'm-0 h-full max-h-none w-full max-w-none tablet:m-auto tablet:h-fit tablet:max-h-[90vh] tablet:max-w-md tablet:rounded-bubble tablet:shadow-float',
  note: 'mx-auto mt-auto mb-4 h-fit w-[calc(100%-2rem)] max-w-md rounded-bubble shadow-float tablet:m-auto',
} as const;

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** `page`: a whole screen on a phone. `note`: a question of a few lines, which leaves the page in sight. */
  size?: keyof typeof sizes;
}

/** One matter above the page, which waits. Escape and the cross leave it; it begins at what bears `data-first`. */
export function Dialog({ title, onClose, children, size = 'page' }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>('[data-first]')?.focus();
    // A dialog that is taken off the page, instead of being closed, leaves the focus nowhere.
    return () => {
      if (before instanceof HTMLElement && document.activeElement === document.body) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onClose={onClose}
      // Keys that mean something to the page behind it stay here.
      onKeyDown={(event) => event.stopPropagation()}
      className={`bg-raised p-0 backdrop:bg-ink/40 dark:backdrop:bg-canvas/70 ${sizes[size]}`}
    >
      <div className={`flex flex-col ${size === 'page' ? 'safe-head safe-foot' : ''}`}>
        <div className="sticky top-0 z-10 flex items-center justify-between gap-4 border-b border-line bg-raised py-2 pr-2 pl-4">
          <h2 id={titleId} className="min-w-0 truncate font-semibold">
            {title}
          </h2>
          <IconButton label="Close" icon={<X aria-hidden="true" className="size-5" />} onClick={onClose} />
        </div>
        <div className="p-4">{children}</div>
      </div>
    </dialog>
  );
}
