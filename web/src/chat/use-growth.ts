import { type RefObject, useLayoutEffect } from 'react';

/** Beyond these the text scrolls within the field. */
const maxLines = 8;

/** A field that grows with its text up to eight lines. */
export function useGrowth(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is what makes the field grow.
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    const style = getComputedStyle(element);
    const around = element.offsetHeight - element.clientHeight;
    const padding = Number.parseFloat(style.paddingTop) + Number.parseFloat(style.paddingBottom);
    const most = Number.parseFloat(style.lineHeight) * maxLines + padding;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight, most) + around}px`;
    element.style.overflowY = element.scrollHeight > most + 1 ? 'auto' : 'hidden';
  }, [field, text]);
}
