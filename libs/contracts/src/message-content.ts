import { limits } from './limits.ts';

// Category Cc is U+0000–U+001F and U+007F–U+009F; newline and tab are the two that people type.
const refusedControl = /[^\P{Cc}\n\t]/u;

/**
 * Says what is wrong with the words of a message, or null when they may be sent.
 * The rule counts UTF-16 units of the trimmed text; what is stored is the text as it came.
 */
export function findContentProblem(content: string): string | null {
  const length = content.trim().length;
  if (length === 0) return 'must not be empty';
  if (length > limits.contentLength) return `must not have more than ${limits.contentLength} characters`;
  // Half a surrogate pair cannot be stored: UTF-8 has no bytes for it, and would give back another text.
  if (!content.isWellFormed()) return 'must be well-formed Unicode';
  if (refusedControl.test(content)) return 'must not contain control characters other than newline and tab';
  return null;
}
