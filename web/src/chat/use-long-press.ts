import { type PointerEvent, useRef } from 'react';

/** As long as phones take for it themselves. */
const pressMs = 500;
/** A finger that moves further than this scrolls. */
const slackPixels = 10;

/** A finger that rests on something, as phones open menus. The mouse has buttons for that. Spread the answer on the element. */
export function useLongPress(onPress: ((element: HTMLElement) => void) | null) {
  const press = useRef<{ timer: ReturnType<typeof setTimeout>; x: number; y: number } | null>(null);
  const end = () => {
    if (press.current !== null) clearTimeout(press.current.timer);
    press.current = null;
  };
  if (onPress === null) return {};
  return {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      end();
      if (event.pointerType !== 'touch' || !event.isPrimary) return;
      const element = event.currentTarget;
      const timer = setTimeout(() => onPress(element), pressMs);
      press.current = { timer, x: event.clientX, y: event.clientY };
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      const from = press.current;
      if (from !== null && Math.hypot(event.clientX - from.x, event.clientY - from.y) > slackPixels) end();
    },
    onPointerUp: end,
    onPointerCancel: end,
    onContextMenu(event: { preventDefault(): void }) {
      // The browser's own menu for the same finger; a right click has no press behind it and keeps its menu.
      if (press.current !== null) event.preventDefault();
    },
  };
}
