import { describe, expect, it } from 'vitest';
import { findContentProblem } from './message-content.ts';

describe('findContentProblem', () => {
  it.each(['Hi', ' blanks around ', 'two\nlines\tand a tab', '👋', 'سلام', 'x'.repeat(8000), ` ${'x'.repeat(8000)}\n`])(
    'when the words may be sent, answers null (%#)',
    (content) => {
      expect(findContentProblem(content)).toBeNull();
    },
  );

  it.each([
    '',
    '   ',
    '\n\t',
    'x'.repeat(8001),
    'bell\u0007',
    'return\r\n',
    '\u0000',
    'next\u0085line',
    '\u007f',
    'half \ud83d',
    '\udc4b first',
  ])('when they may not, says why (%#)', (content) => {
    expect(findContentProblem(content)).toMatch(/^must/);
  });

  it('counts UTF-16 units, two for an emoji', () => {
    expect(findContentProblem('👋'.repeat(4000))).toBeNull();
    expect(findContentProblem(`${'👋'.repeat(4000)}x`)).not.toBeNull();
  });
});
