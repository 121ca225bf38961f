import { describe, expect, it } from 'vitest';
import { cannotWriteWords, withName } from './refusal-words.ts';

const direct = { type: 'direct' } as const;

describe('withName', () => {
  it('when the server names nobody, puts the name into its sentence', () => {
    const words = "You can't message this person: parents can write to their own children's instructors.";
    expect(withName(words, 'Peter Osei')).toBe(
      'You can’t message Peter Osei: parents can write to their own children’s instructors.',
    );
  });

  it('when the sentence is another one, leaves it as it is', () => {
    expect(withName('Something new.', 'Peter Osei')).toBe('Something new.');
  });
});

describe('cannotWriteWords', () => {
  it('when I blocked the person, says that I did and what undoes it', () => {
    const words = cannotWriteWords(direct, { reason: 'BLOCKED', explanation: 'x' }, 'Mike Osei');
    expect(words).toMatch(/You blocked Mike Osei.*unblock/);
  });

  it('when the account is closed, says so by name', () => {
    expect(cannotWriteWords(direct, { reason: null, explanation: 'x' }, 'Tom')).toMatch(
      /^Tom no longer has an account/,
    );
  });

  it('when there is no tie, says the server’s rule with the name', () => {
    const refusal = { reason: 'NOT_RELATED', explanation: "You can't message this person: the rule." } as const;
    expect(cannotWriteWords(direct, refusal, 'Tom')).toBe('You can’t message Tom: the rule.');
  });

  it.each([
    ['announcement', 'NOT_A_WRITER', /announcements/],
    ['course', 'NOT_A_WRITER', /observe/],
    ['course', 'READ_ONLY', /has ended/],
    ['group', 'FROZEN', /Paused/],
  ] as const)('when a room of type %s says %s, gives its reason', (type, reason, words) => {
    expect(cannotWriteWords({ type }, { reason, explanation: 'Paused.' }, null)).toMatch(words);
  });
});
