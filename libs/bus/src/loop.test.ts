import { captureLog, eventually } from '@hallway/testkit';
import { describe, expect, it } from 'vitest';
import { createLoop } from './loop.ts';

/** Runs a loop whose rounds fail with these messages, in turn, and then succeed; answers what it logged. */
async function logOf(failures: (string | null)[]) {
  const { log, lines } = captureLog();
  let rounds = 0;
  const step = async () => {
    const failure = failures[rounds] ?? null;
    rounds += 1;
    if (failure !== null) throw Object.assign(new Error(failure), { name: 'ReplyError' });
    await new Promise((resolve) => setImmediate(resolve));
  };
  const loop = createLoop({ what: 'tests', log, step });
  loop.start();
  await eventually(() => expect(rounds).toBeGreaterThan(failures.length));
  await loop.stop();
  return lines.map(({ level, err }) => [level, (err as Error).message]);
}

describe('createLoop', () => {
  it('when rounds fail in a row for the same reason, logs it once, and again after a success', async () => {
    expect(await logOf(['LOADING', 'LOADING', 'OOM', null, 'OOM'])).toEqual([
      ['warn', 'LOADING'],
      ['warn', 'OOM'],
      ['warn', 'OOM'],
    ]);
  });

  it('when somebody must act, logs an error; a missing group is what recovery is for', async () => {
    expect(await logOf(['NOGROUP No such key', 'NOPERM no permissions'])).toEqual([['error', 'NOPERM no permissions']]);
  });
});
