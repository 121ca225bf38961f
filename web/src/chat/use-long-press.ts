import { type MouseEvent, type PointerEvent, type TouchEvent, useRef } from 'react';

/** As long as phones take for it themselves. */
const pressMs = 500;
/** A finger that moves further than this scrolls. */
const slackPixels = 10;

/** A finger that rests on something, as phones open menus. The mouse has buttons for that. Spread the answer on the element. */
export function useLongPress(onPress: ((element: HTMLElement) => void) | null) {
  const press = useRef<{ timer: ReturnType<typeof setTimeout>; x: number; y: number } | null>(null);
  const opened = useRef(false);
  const end = () => {
    if (press.current !== null) clearTimeout(press.current.timer);
    press.current = null;
  };
  if (onPress === null) return {};
  const open = (element: HTMLElement) => {
    end();
    opened.current = true;
    onPress(element);
  };
  return {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      end();
      opened.current = false;
      if (event.pointerType !== 'touch' || !event.isPrimary) return;
      const element = event.currentTarget;
      const timer = setTimeout(() => open(element), pressMs);
      press.current = { timer, x: event.clientX, y: event.clientY };
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      const from = press.current;
      if (from !== null && Math.hypot(event.clientX - from.x, event.clientY - from.y) > slackPixels) end();
    },
    onPointerUp: end,
    onPointerCancel: end,
    onTouchEnd(event: TouchEvent<HTMLElement>) {
      // Otherwise the finger that opened the menu would, when it is lifted, press what came to lie under it.
      if (opened.current && event.cancelable) event.preventDefault();
    },
    onContextMenu(event: MouseEvent<HTMLElement>) {
      // The browser's own sign of the same finger, where it has one; a right click has no press behind it and keeps its menu.
      if (press.current === null) return;
      event.preventDefault();
      open(event.currentTarget);
    },
  };
}
