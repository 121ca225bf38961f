import { findContentProblem } from '@hallway/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toSendable, toTextParts } from './message-text.ts';

const links = (text: string) => toTextParts(text).flatMap((part) => (part.kind === 'link' ? part.text : []));

describe('toTextParts', () => {
  it.each([
    ['See https://example.edu/notes.', ['https://example.edu/notes']],
    ['(https://example.edu/a_(b))', ['https://example.edu/a_(b)']],
    ['http://a.edu and https://b.edu/?q=1&r=2!', ['http://a.edu', 'https://b.edu/?q=1&r=2']],
    ['javascript:alert(1) data:text/html,x example.edu', []],
    ['https://', []],
    ['https://a.edu/x...', ['https://a.edu/x']],
    ['https://a.edu/f(x)).', ['https://a.edu/f(x)']],
    ['', []],
  ])('when the text is "%s", finds %j', (text, found) => {
    expect(links(text)).toEqual(found);
  });

  it('when the parts are joined, they are the text again', () => {
    const text = fc
      .array(fc.oneof(fc.string(), fc.webUrl(), fc.constantFrom('https://', ')', '. ')))
      .map((p) => p.join(''));
    const joined = (given: string) =>
      toTextParts(given)
        .map((part) => part.text)
        .join('');
    fc.assert(fc.property(text, (given) => joined(given) === given));
  });
});

/** The quickest of several runs, in milliseconds: what the machine does besides only ever adds to it. */
function msFor(text: string): number {
  const runs = Array.from({ length: 5 }, () => {
    const since = performance.now();
    toTextParts(text);
    return performance.now() - since;
  });
  return Math.min(...runs);
}

describe('toTextParts of what somebody wrote to make pages stand still', () => {
  it.each([
    ['dots after an address', (length: number) => `https://x/${'.'.repeat(length)}a`],
    ['brackets after an address', (length: number) => `https://x/(${')'.repeat(length)}a`],
    ['many beginnings of addresses', (length: number) => 'https://.'.repeat(length / 9)],
  ])('when it has %s, takes a time that grows with its length', (_, text) => {
    msFor(text(8000));
    // Of a quadratic growth it would be 256 times as long.
    expect(msFor(text(128_000))).toBeLessThan(64 * Math.max(msFor(text(8000)), 0.02));
  });
});

describe('toSendable', () => {
  it('when anything is pasted, leaves nothing that the server refuses for its characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }), (text) => {
        expect(findContentProblem(`x${toSendable(text)}`)).toBeNull();
      }),
    );
  });

  it('when lines end as on Windows, ends them with a newline', () => {
    expect(toSendable('a\r\nb\tc\u0007')).toBe('a\nb\tc');
  });
});
