import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inTurns } from './in-turns.ts';

describe('inTurns', () => {
  it('when there are many, works on so many at once and answers in their order', async () => {
    let [running, most] = [0, 0];
    const doubled = await inTurns([1, 2, 3, 4, 5], 2, async (item) => {
      running += 1;
      most = Math.max(most, running);
      await wait(6 - item);
      running -= 1;
      return item * 2;
    });
    expect({ doubled, most }).toEqual({ doubled: [2, 4, 6, 8, 10], most: 2 });
  });

  it('when one fails, rejects with its failure', async () => {
    const work = async (item: number) => {
      if (item === 2) throw new Error('two');
      return item;
    };
    await expect(inTurns([1, 2, 3], 2, work)).rejects.toThrow('two');
  });
});
