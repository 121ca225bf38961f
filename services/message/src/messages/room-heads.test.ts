import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRoomHeads, toHead } from './room-heads.ts';

describe('toHead', () => {
  it('for any numbers left behind above the head, the next ones fill every hole and then go on', () => {
    fc.assert(
      fc.property(
        fc.nat(50),
        fc.uniqueArray(fc.integer({ min: 1, max: 30 })),
        fc.nat(60),
        (announced, offsets, count) => {
          const taken = offsets.map((offset) => announced + offset).sort((a, b) => a - b);
          const head = toHead(announced, taken);
          const given = head.free.slice(0, count);
          for (let seq = head.last + 1; given.length < count; seq += 1) given.push(seq);
          const all = [...taken, ...given].sort((a, b) => a - b);
          expect(new Set(all).size).toBe(all.length);
          if (count >= head.free.length) {
            expect(all).toEqual(Array.from({ length: all.length }, (_, index) => announced + 1 + index));
          }
        },
      ),
    );
  });
});

describe('number', () => {
  it('when rooms are mixed, counts each room on its own and reads a head once', async () => {
    let reads = 0;
    const heads = createRoomHeads({
      rooms: {
        findRooms: async (ids: string[]) => new Map(ids.map((id) => [id, { lastSeq: id === 'a' ? 5 : 0 }])),
      } as never,
      messages: {
        findSeqsAbove: async () => {
          reads += 1;
          return [];
        },
      } as never,
    });
    expect(await heads.number(['a', 'b', 'a', 'a', 'b'])).toEqual([6, 1, 7, 8, 2]);
    expect(await heads.number(['b', 'a'])).toEqual([3, 9]);
    expect(reads).toBe(2);
    heads.forget(['a']);
    expect(await heads.number(['a'])).toEqual([6]);
  });
});
