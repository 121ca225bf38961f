import { describe, expect, it } from 'vitest';
import { toTypingWords } from './typing-line.tsx';

describe('toTypingWords', () => {
  it.each([
    [[], ''],
    [['Sarah'], 'Sarah is typing'],
    [['Sarah', 'John'], 'Sarah and John are typing'],
    [['Sarah', 'John', 'Mike'], '3 people are typing'],
  ])('when %j type, says "%s"', (names, words) => {
    expect(toTypingWords(names)).toBe(words);
  });
});
