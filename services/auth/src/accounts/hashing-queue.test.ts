import { describe, expect, it } from 'vitest';
import { createHashingQueue } from './hashing-queue.ts';

function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { promise, open: resolve };
}

describe('the hashing queue', () => {
  it('when more work comes than may run, runs it in order and never more at once', async () => {
    const inTurn = createHashingQueue({ atOnce: 2, waiting: 10 });
    const order: number[] = [];
    let running = 0;
    let most = 0;
    await Promise.all(
      [0, 1, 2, 3, 4, 5].map((index) =>
        inTurn('a', async () => {
          order.push(index);
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
        }),
      ),
    );
    expect(order).toEqual([0, 1, 2, 3, 4, 5]);
    expect(most).toBe(2);
  });

  it('when the queue is full, refuses with TEMPORARILY_UNAVAILABLE, and works on when there is room', async () => {
    const inTurn = createHashingQueue({ atOnce: 1, waiting: 1 });
    const { promise, open } = gate();
    const first = inTurn('a', () => promise);
    const second = inTurn('a', async () => 'second');
    await expect(inTurn('a', async () => 'third')).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    open();
    await first;
    expect(await second).toBe('second');
    expect(await inTurn('a', async () => 'fourth')).toBe('fourth');
  });

  it('when one account fills its part, refuses more of it with RATE_LIMITED and lets others wait', async () => {
    const inTurn = createHashingQueue({ atOnce: 1, waiting: 10, waitingForOne: 2 });
    const { promise, open } = gate();
    const running = inTurn('a', () => promise);
    const waiting = [inTurn('a', async () => 'one'), inTurn('a', async () => 'two')];
    await expect(inTurn('a', async () => 'three')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    const other = inTurn('b', async () => 'other');
    open();
    await running;
    expect(await Promise.all([...waiting, other])).toEqual(['one', 'two', 'other']);
    expect(await inTurn('a', async () => 'later')).toBe('later');
  });

  it('when work throws, passes it on and gives its place to the next', async () => {
    const inTurn = createHashingQueue({ atOnce: 1, waiting: 5 });
    const failing = inTurn('a', async () => {
      throw new Error('broken');
    });
    const next = inTurn('a', async () => 'fine');
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('fine');
  });
});
