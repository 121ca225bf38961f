import type { Scenario } from '../scenario.ts';

const rounds = 8;
const pauseMs = 900;

/**
 * About half of all connections are cut again and again, while the others write on. The network and MongoDB are slow, so
 * that each cut meets sends whose answers are on their way, and each return meets live messages before what it missed.
 */
export const cutConnections: Scenario = {
  id: 'cut-connections',
  title: 'Half of the connections are cut again and again, and the network and MongoDB are slow',
  bars: {},
  async disturb({ system, random, fault, pause }) {
    const { door, mongo } = system.proxies;
    door.setFaults({ latencyMs: 150 });
    mongo.setFaults({ latencyMs: 60 });
    for (let round = 0; round < rounds; round += 1) {
      await pause(pauseMs);
      await fault('half of the connections are cut', () => void door.cut(() => random.chance(0.5)));
    }
    await pause(pauseMs);
  },
};
