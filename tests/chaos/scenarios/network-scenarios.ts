import type { Scenario } from '../scenario.ts';

// A client finds out after an interval and a time-out of the heartbeat: 8 s and 5 s.
const halfOpenShortMs = 15_000;
const halfOpenMs = 30_000;

export const badNetwork: Scenario = {
  id: 'T7',
  title: 'A bad network between clients and gateways: slow, cut, and dead without a word',
  bars: { failedSends: 0 },
  shortSeconds: 16,
  async disturb(stage) {
    const { system, random, short } = stage;
    const { door } = system.proxies;
    door.setFaults({ latencyMs: 200, jitterMs: 100 });
    while (!stage.isOver()) {
      // One in ten goes dead, and everybody else meets a cut now and then.
      const dead = new Set(random.some(door.connections(), Math.ceil(door.connections().length / 10)));
      await stage.fault(`${dead.size} connections are half open`, async () => {
        for (const connection of dead) connection.setFaults({ halfOpen: true });
        const end = Date.now() + (short ? halfOpenShortMs : halfOpenMs);
        while (Date.now() < end) {
          await stage.pause(1000);
          door.cut((connection) => !dead.has(connection) && random.chance(0.02));
        }
        for (const connection of dead) connection.cut();
      });
    }
    door.setFaults({});
  },
};
