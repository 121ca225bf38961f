import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, toPage } from './page.ts';

const readAll = (items: string[], limit: number) => {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const { page, nextCursor } = toPage(items, (item) => item, { limit, cursor });
    seen.push(...page);
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
  return seen;
};

describe('toPage', () => {
  it('when read page by page, up or down, gives every item once', () => {
    const keys = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { maxLength: 40 });
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 50 }), fc.boolean(), (items, limit, descends) => {
        items.sort();
        if (descends) items.reverse();
        expect(readAll(items, limit)).toEqual(items);
      }),
    );
  });

  it('when the last item of a page has gone, goes on after its place', () => {
    const { nextCursor } = toPage(['a', 'b', 'c', 'd'], (item) => item, { limit: 2 });
    expect(toPage(['a', 'c', 'd'], (item) => item, { limit: 2, cursor: nextCursor ?? '' }).page).toEqual(['c', 'd']);
  });
});

describe('decodeCursor', () => {
  it.each(['', 'nonsense', encodeCursor([]), encodeCursor(['a', 'b']), Buffer.from('[1]').toString('base64url')])(
    'when it is %s, throws VALIDATION_FAILED',
    (cursor) => {
      expect(() => decodeCursor(cursor, 1)).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
    },
  );
});
