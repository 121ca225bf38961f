import type { Scenario, Stage } from '../scenario.ts';

const kills = 2;
const writingMs = 2500;
const backWithinMs = 60_000;

/** The message service is killed while everybody writes: whatever it had promised and not yet written is gone. */
export const killedWriter: Scenario = {
  id: 'killed-writer',
  title: 'The message service is killed while everybody writes',
  bars: {},
  async disturb(stage) {
    for (let kill = 0; kill < kills; kill += 1) {
      await stage.pause(writingMs);
      await stage.fault('kill -9 message', () => stage.system.signal('message', 'SIGKILL'));
      await untilBack(stage);
    }
    await stage.pause(writingMs / 2);
  },
};

async function untilBack({ system, pause }: Stage): Promise<void> {
  const end = Date.now() + backWithinMs;
  do {
    await pause(100);
    if (await system.isReady('message')) return;
  } while (Date.now() < end);
  throw new Error(`The message service was not back ${backWithinMs / 1000} s after it was killed.`);
}
