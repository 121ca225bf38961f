import { type KeyboardEvent, type PointerEvent, useState } from 'react';
import { changePreferences, listWidthBounds, usePreferences } from '../settings/preferences.ts';

/** CSS pixels for one press of an arrow key. */
const keyStep = 16;

/** The edge of the list, to be dragged or moved with the arrow keys. The width is remembered on this device. */
export function ListResizer() {
  const { listWidth } = usePreferences();
  const [grip, setGrip] = useState<number | null>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const change = { ArrowLeft: -keyStep, ArrowRight: keyStep }[event.key];
    if (change === undefined) return;
    event.preventDefault();
    changePreferences({ listWidth: listWidth + change });
  };
  const onPointerDown = (event: PointerEvent<HTMLHRElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    setGrip(event.clientX - listWidth);
  };
  const onPointerMove = (event: PointerEvent) => {
    if (grip !== null) changePreferences({ listWidth: event.clientX - grip });
  };
  return (
    <hr
      tabIndex={0}
      aria-orientation="vertical"
      aria-label="Width of the list"
      aria-valuenow={listWidth}
      aria-valuemin={listWidthBounds.least}
      aria-valuemax={listWidthBounds.most}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => setGrip(null)}
      onPointerCancel={() => setGrip(null)}
      className="ring-inside absolute inset-y-0 -right-1.5 z-10 m-0 hidden h-full w-3 cursor-col-resize touch-none border-0 hover:bg-line desktop:block"
    />
  );
}
