import type { KeyboardEvent } from 'react';

/** Whether a key in a field means that the text is finished. `enterSends` is what the person prefers, on this device. */
export function sendsOnKey(event: KeyboardEvent, enterSends: boolean): boolean {
  // While an input method composes, Enter belongs to it: it picks a word.
  if (event.key !== 'Enter' || event.nativeEvent.isComposing || event.shiftKey || event.altKey) return false;
  return enterSends || event.ctrlKey || event.metaKey;
}
