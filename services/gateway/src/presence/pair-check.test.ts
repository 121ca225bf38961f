import type { Ask } from '@hallway/bus';
import { describe, expect, it } from 'vitest';
import { createPairCheck } from './pair-check.ts';

type Pairs = { pairs: { one: string; other: string }[] };

/** Message services that know who may not be told of whom, and keep each question until they are let. */
function startServices() {
  const asked: Pairs['pairs'][] = [];
  const apart = new Set<string>();
  let gate: Promise<void> = Promise.resolve();
  const ask = (async (_name: string, { pairs }: Pairs) => {
    asked.push(pairs);
    await gate;
    return { allowed: pairs.map(({ one, other }) => !apart.has(`${one}:${other}`)) };
  }) as unknown as Ask;
  return {
    ask,
    asked,
    apart,
    hold(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
  };
}

describe('createPairCheck', () => {
  it('when many ask while a question is under way, asks once more for all of them', async () => {
    const services = startServices();
    services.apart.add('ann:cleo');
    const release = services.hold();
    const mayHear = createPairCheck({ ask: services.ask });
    const first = mayHear('ann', 'bob');
    await Promise.resolve();
    const later = ['cleo', 'dan', 'cleo'].map((other) => mayHear('ann', other));
    await Promise.resolve();
    release();
    expect(await Promise.all([first, ...later])).toEqual([true, false, true, false]);
    expect(services.asked.map((pairs) => pairs.length)).toEqual([1, 2]);
  });

  it('when the answer is nearly a second old, asks again', async () => {
    const services = startServices();
    let now = 0;
    const mayHear = createPairCheck({ ask: services.ask, now: () => now });
    expect(await mayHear('ann', 'bob')).toBe(true);
    services.apart.add('bob:ann');
    now = 799;
    expect(await mayHear('bob', 'ann')).toBe(true);
    now = 801;
    expect(await mayHear('bob', 'ann')).toBe(false);
    expect(services.asked).toHaveLength(2);
  });

  it('when the services do not answer, rejects, and asks again the next time', async () => {
    let failing = true;
    const mayHear = createPairCheck({
      ask: (async () => {
        if (failing) throw new Error('away');
        return { allowed: [true] };
      }) as unknown as Ask,
    });
    await expect(mayHear('ann', 'bob')).rejects.toThrow('away');
    failing = false;
    expect(await mayHear('ann', 'bob')).toBe(true);
  });

  it('when somebody is to hear of themselves, asks nobody', async () => {
    const services = startServices();
    expect(await createPairCheck({ ask: services.ask })('ann', 'ann')).toBe(true);
    expect(services.asked).toEqual([]);
  });
});
