import type { Scenario, Stage } from '../scenario.ts';

/** Nothing reaches the engine for so long; with `kill` its server dies too, and comes back meanwhile. */
export async function takeStoreAway(
  { system, pause }: Stage,
  role: 'mongo' | 'redis',
  { kill, ms }: { kill: boolean; ms: number },
): Promise<void> {
  const proxy = system.proxies[role];
  proxy.refuseNew(true);
  if (kill) system.killEngine(role);
  proxy.cut();
  await pause(ms);
  proxy.refuseNew(false);
}

export const killedRedis: Scenario = {
  id: 'T3',
  title: 'Redis is killed, and away for two seconds',
  bars: { healP99Ms: 5000, failedSends: 0 },
  shortSeconds: 9,
  async disturb(stage) {
    while (!stage.isOver()) {
      await stage.pause(stage.short ? 2000 : 10_000);
      await stage.fault('Redis kill -9, back after 2 s', () => takeStoreAway(stage, 'redis', { kill: true, ms: 2000 }));
      await stage.pause(stage.short ? 3000 : 8000);
    }
  },
};

export const emptiedRedis: Scenario = {
  id: 'T4',
  title: 'Redis is emptied',
  bars: { healP99Ms: 25_000, settledMs: 60_000, failedSends: 0 },
  emptiesRedis: true,
  async disturb(stage) {
    while (!stage.isOver()) {
      await stage.pause(stage.short ? 2000 : 7000);
      await stage.fault('FLUSHALL', () => stage.system.emptyRedis());
    }
  },
};

export const awayMongo: Scenario = {
  id: 'T5',
  title: 'MongoDB is away, cut off or killed',
  bars: { failedSends: 0 },
  shortSeconds: 9,
  async disturb(stage) {
    for (let kill = false; !stage.isOver(); kill = !kill) {
      await stage.pause(stage.short ? 1500 : 8000);
      const ms = stage.short ? 3000 : 10_000;
      const label = kill ? 'MongoDB kill -9' : 'MongoDB cut off';
      await stage.fault(`${label}, ${ms / 1000} s`, () => takeStoreAway(stage, 'mongo', { kill, ms }));
    }
  },
};
