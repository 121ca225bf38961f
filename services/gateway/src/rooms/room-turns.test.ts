import { describe, expect, it } from 'vitest';
import { createRoomTurns } from './room-turns.ts';

/** An operation that ends when the test says so. */
function operation(done: string[], name: string) {
  const gate = Promise.withResolvers<void>();
  return {
    end: gate.resolve,
    fail: () => gate.reject(new Error(name)),
    work: async () => {
      done.push(`${name} begins`);
      await gate.promise;
      done.push(`${name} ends`);
      return name;
    },
  };
}

describe('inTurn', () => {
  it('when operations share a room, runs them in the order in which they came', async () => {
    const inTurn = createRoomTurns();
    const done: string[] = [];
    const [join, leave] = [operation(done, 'join'), operation(done, 'leave')];
    const both = [inTurn(['r1'], join.work), inTurn(['r1'], leave.work)];
    leave.end();
    join.end();
    expect(await Promise.all(both)).toEqual(['join', 'leave']);
    expect(done).toEqual(['join begins', 'join ends', 'leave begins', 'leave ends']);
  });

  it('when operations share nothing, none waits for another', async () => {
    const inTurn = createRoomTurns();
    const done: string[] = [];
    const [slow, quick] = [operation(done, 'slow'), operation(done, 'quick')];
    const first = inTurn(['r1', 'r2'], slow.work);
    const second = inTurn(['r3'], quick.work);
    quick.end();
    expect(await second).toBe('quick');
    slow.end();
    expect(await first).toBe('slow');
  });

  it('when an earlier operation fails, fails it alone, and the next has its turn', async () => {
    const inTurn = createRoomTurns();
    const done: string[] = [];
    const [first, second] = [operation(done, 'first'), operation(done, 'second')];
    const failing = inTurn(['r1', 'r2'], first.work);
    const next = inTurn(['r2'], second.work);
    first.fail();
    second.end();
    await expect(failing).rejects.toThrow('first');
    expect(await next).toBe('second');
  });

  it('when a hundred wait, refuses the next as RATE_LIMITED, but nothing that need not wait', async () => {
    const inTurn = createRoomTurns();
    const first = operation([], 'first');
    const all = [inTurn(['r1'], first.work)];
    for (let n = 0; n < 100; n += 1) all.push(inTurn(['r1'], () => 'waited'));
    await expect(inTurn(['r1'], () => 'late')).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 1000 });
    expect(await inTurn(['r2'], () => 'elsewhere')).toBe('elsewhere');
    first.end();
    expect(await Promise.all(all)).toHaveLength(101);
    expect(await inTurn(['r1'], () => 'after')).toBe('after');
  });
});
