import type { Scenario, Stage } from '../scenario.ts';

/** Kills one gateway at a time: the next only when all are back, so that there always is one to go to. */
export async function killGateways(stage: Stage): Promise<void> {
  const { system, random, short } = stage;
  while (!stage.isOver()) {
    await stage.pause(short ? 1500 : 5000);
    while (!(await Promise.all(system.gateways.map(system.isReady))).every(Boolean)) await stage.pause(100);
    const gateway = random.pick(system.gateways);
    await stage.fault(`kill -9 ${gateway}`, () => system.signal(gateway, 'SIGKILL'));
  }
}

const untilBackMs = 30_000;

/** An orderly stop, and the wait until the process is there again as another one. */
async function restart(stage: Stage, name: string): Promise<void> {
  const { system } = stage;
  const before = system.stack.pidOf(name);
  await stage.fault(`SIGTERM ${name}`, () => system.signal(name, 'SIGTERM'));
  const end = Date.now() + untilBackMs;
  while (Date.now() < end) {
    if (system.stack.pidOf(name) !== before && (await system.isReady(name))) return;
    await stage.pause(100);
  }
  throw new Error(`${name} was not back ${untilBackMs / 1000} s after SIGTERM.`);
}

export const killedGateways: Scenario = {
  id: 'T1',
  title: 'A gateway is killed every few seconds',
  bars: { resumeP99Ms: 3000, failedSends: 0 },
  disturb: killGateways,
};

export const rollingRestarts: Scenario = {
  id: 'T2',
  title: 'Everything is restarted in turn by SIGTERM',
  bars: { failedSends: 0 },
  async disturb(stage) {
    const { gateways, messageServices } = stage.system;
    const rounds = stage.short ? 1 : 3;
    for (let round = 0; round < rounds; round += 1) {
      for (const name of [...gateways, ...messageServices, 'worker', 'auth']) {
        await restart(stage, name);
        await stage.pause(stage.short ? 200 : 1000);
      }
    }
    while (!stage.isOver()) await stage.pause(250);
  },
};

export const manyWriters: Scenario = {
  id: 'T8',
  title: 'Everybody writes into one room, at rest and then while gateways are killed',
  load: (usual) => ({
    ...usual,
    groups: 1,
    membersPerGroup: usual.clients,
    absentPerGroup: 0,
    directRooms: 0,
    secondDevices: 0,
    // Every message goes to everybody here.
    perSecond: Math.ceil(usual.perSecond / 2),
  }),
  bars: { resumeP99Ms: 3000, failedSends: 0 },
  async disturb(stage) {
    await stage.pause((stage.seconds * 1000) / 3);
    await killGateways(stage);
  },
};

export const massDrop: Scenario = {
  id: 'T9',
  title: 'Every connection drops at once',
  bars: { resumeP99Ms: 3000, failedSends: 0 },
  async disturb(stage) {
    const { door } = stage.system.proxies;
    while (!stage.isOver()) {
      await stage.pause(stage.short ? 1500 : 12_000);
      await stage.fault('all connections are cut', () => void door.reset());
    }
  },
};
