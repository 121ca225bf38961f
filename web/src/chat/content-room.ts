import { limits } from '@hallway/contracts';

/** The counter appears when so many characters are left: earlier it would only be noise. */
const counterFrom = 500;

/** What the composer says about length: null while there is plenty of room. The rule counts the trimmed text. */
export function toCounter(text: string): { words: string; tooLong: boolean } | null {
  const left = limits.contentLength - text.trim().length;
  if (left > counterFrom) return null;
  if (left >= 0) return { words: `${left} left`, tooLong: false };
  return { words: `${-left} too many`, tooLong: true };
}
