import type { Ask } from '@hallway/bus';
import { describe, expect, it } from 'vitest';
import { createFairAsk } from './fair-ask.ts';

/** A message service that answers when the test lets it. */
function heldService() {
  const held: { userId: string; answer: () => void; fail: () => void }[] = [];
  const ask = ((_name: string, { userId }: { userId: string }) =>
    new Promise((resolve, reject) => {
      const fail = () => reject(new Error('failed'));
      held.push({ userId, answer: () => resolve({ chatRoomIds: [] }), fail });
    })) as unknown as Ask;
  return { ask, held };
}

/** Lets everything run that waits for nothing but its turn. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('askFairly', () => {
  it('when one person asks a lot, works on eight at once, and others are not behind them', async () => {
    const { ask, held } = heldService();
    const askFairly = createFairAsk({ ask, isRedisAway: () => false });
    const all = Array.from({ length: 20 }, () => askFairly('person.rooms', { userId: 'ann' }));
    await turn();
    expect(held).toHaveLength(8);
    all.push(askFairly('person.rooms', { userId: 'bob' }));
    await turn();
    expect(held.at(-1)?.userId).toBe('bob');
    held[0]?.answer();
    await turn();
    expect(held.filter(({ userId }) => userId === 'ann')).toHaveLength(9);
    for (let n = 1; n < 21; n += 1) {
      held[n]?.answer();
      await turn();
    }
    expect(await Promise.all(all)).toHaveLength(21);
  });

  it('when a request fails, hands its place on', async () => {
    const { ask, held } = heldService();
    const askFairly = createFairAsk({ ask, isRedisAway: () => false });
    const all = Array.from({ length: 9 }, () => askFairly('person.rooms', { userId: 'ann' }).catch(() => 'failed'));
    await turn();
    for (const { fail } of held) fail();
    await turn();
    held[8]?.answer();
    expect((await Promise.all(all)).filter((answer) => answer === 'failed')).toHaveLength(8);
  });

  it('when too many wait, refuses the next as RATE_LIMITED with a time', async () => {
    const { ask, held } = heldService();
    const askFairly = createFairAsk({ ask, isRedisAway: () => false });
    const all = Array.from({ length: 208 }, () => askFairly('person.rooms', { userId: 'ann' }));
    const late = askFairly('person.rooms', { userId: 'ann' });
    await expect(late).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 1000 });
    for (let n = 0; n < 208; n += 1) {
      held[n]?.answer();
      await turn();
    }
    expect(await Promise.all(all)).toHaveLength(208);
  });

  it('when its turn comes too late, is refused and never asked', async () => {
    let time = 0;
    const { ask, held } = heldService();
    const askFairly = createFairAsk({ ask, isRedisAway: () => false, now: () => time });
    const all = Array.from({ length: 10 }, () => askFairly('person.rooms', { userId: 'ann' }));
    const outcomes = Promise.allSettled(all);
    await turn();
    time = 5001;
    for (const { answer } of held) answer();
    const refused = (await outcomes).filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(2);
    expect(refused[0]).toMatchObject({ reason: { code: 'TEMPORARILY_UNAVAILABLE', retryAfterMs: 1000 } });
    expect(held).toHaveLength(8);
  });

  it('while Redis is away, refuses at once and asks nothing', async () => {
    const { ask, held } = heldService();
    const askFairly = createFairAsk({ ask, isRedisAway: () => true });
    const away = { code: 'TEMPORARILY_UNAVAILABLE', retryAfterMs: expect.any(Number) };
    for (let n = 0; n < 20; n += 1) {
      await expect(askFairly('person.rooms', { userId: 'ann' })).rejects.toMatchObject(away);
    }
    expect(held).toEqual([]);
  });
});
