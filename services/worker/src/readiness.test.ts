import { describe, expect, it } from 'vitest';
import { createReadiness, type WorkerState } from './readiness.ts';

interface Away {
  mongo?: boolean;
  queue?: boolean;
  redis?: boolean;
}

function readiness(away: Away, state: WorkerState = 'running') {
  const status = (isAway = false) => ({ status: isAway ? 'reconnecting' : 'ready' });
  const mongo = { ping: () => (away.mongo ? Promise.reject(new Error('away')) : Promise.resolve()) };
  const stores = { mongo, jobs: status(away.queue), redis: status(away.redis) };
  return createReadiness(stores as unknown as Parameters<typeof createReadiness>[0], () => state)();
}

describe('readiness', () => {
  it('when everything is there, is ready', async () => {
    expect(await readiness({})).toEqual({ ready: true, status: 'ready', degraded: [] });
  });

  it('when the Redis of live traffic is away, is ready and degraded', async () => {
    expect(await readiness({ redis: true })).toEqual({ ready: true, status: 'degraded', degraded: ['redis'] });
  });

  it.each([{ mongo: true }, { queue: true }])('when %o is away, is not ready', async (away) => {
    expect(await readiness(away)).toMatchObject({ ready: false, degraded: Object.keys(away) });
  });

  it.each(['starting', 'stopping'] as const)('when it is %s, is not ready', async (state) => {
    expect(await readiness({}, state)).toEqual({ ready: false, status: state, degraded: [] });
  });
});
