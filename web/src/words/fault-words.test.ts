import { type ErrorBody, errorCatalogue, refusalReasons, toErrorBody } from '@hallway/contracts';
import { describe, expect, it } from 'vitest';
import { actionWords, loadWords, refusalWords, sendWords, signInWords, toWait } from './fault-words.ts';

const codes = Object.keys(errorCatalogue) as ErrorBody['code'][];
const fault = (code: ErrorBody['code'], details?: unknown) => toErrorBody({ code, requestId: 'r-1', details });

describe('fault words', () => {
  it.each(codes)('when the code is %s, say something plain and never the code', (code) => {
    const { title, advice } = loadWords(fault(code));
    const said = [
      title,
      advice,
      sendWords(fault(code), 'Sarah'),
      signInWords(fault(code)),
      actionWords(fault(code), 'It'),
    ];
    for (const words of said) {
      expect(words.length).toBeGreaterThan(10);
      expect(words).not.toMatch(/oops|[A-Z]{3,}_|undefined/i);
    }
  });

  it.each(refusalReasons)('when the refusal is %s, say why and name the person', (reason) => {
    const words = refusalWords(fault('MESSAGING_NOT_ALLOWED', { reason }), 'Peter Osei');
    expect(words).toMatch(/^You can’t message Peter Osei: .+\.$/);
  });

  it('when the reason is one of a later version, leave it out', () => {
    expect(refusalWords(fault('MESSAGING_NOT_ALLOWED', { reason: 'TOO_LATE' }), null)).toBe('You can’t write here.');
  });
});

describe('toWait', () => {
  it.each([
    [undefined, 'in a moment'],
    [12_000, 'in 12 seconds'],
    [150_000, 'in 3 minutes'],
  ])('when the server asks for %s ms, answers "%s"', (ms, words) => {
    expect(toWait(ms)).toBe(words);
  });
});
