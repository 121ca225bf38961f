import { describe, expect, it } from 'vitest';
import { createRandom } from './random.ts';

const draw = (random = createRandom(7)) => Array.from({ length: 100 }, random.number);

describe('createRandom', () => {
  it('when the seed is the same, makes the same choices, and others with another seed', () => {
    expect(draw()).toEqual(draw());
    expect(draw(createRandom(8))).not.toEqual(draw());
  });

  it('when a stream is forked, depends on the seed and the name and on nothing that was drawn before', () => {
    const used = createRandom(7);
    draw(used);
    expect(draw(used.fork('a'))).toEqual(draw(createRandom(7).fork('a')));
    expect(draw(used.fork('a'))).not.toEqual(draw(used.fork('b')));
  });

  it('when some of a list are wanted, gives different ones and never more than there are', () => {
    const some = createRandom(7).some([1, 2, 3, 4], 9);
    expect(some.toSorted()).toEqual([1, 2, 3, 4]);
  });

  it('when events come so many a second, spaces them so on average', () => {
    const random = createRandom(7);
    const total = Array.from({ length: 5000 }, () => random.nextArrivalMs(10)).reduce((a, b) => a + b, 0);
    expect(total / 5000).toBeGreaterThan(95);
    expect(total / 5000).toBeLessThan(105);
  });
});
