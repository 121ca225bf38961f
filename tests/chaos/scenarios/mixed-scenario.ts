import type { Scenario, Stage } from '../scenario.ts';
import { takeStoreAway } from './store-scenarios.ts';

type Trouble = (stage: Stage) => Promise<void>;

const troubles: Trouble[] = [
  async (stage) => kill(stage, stage.random.pick(stage.system.gateways)),
  async (stage) => kill(stage, stage.random.pick(stage.system.messageServices)),
  async (stage) => kill(stage, 'worker'),
  async (stage) => kill(stage, 'auth'),
  async (stage) => stage.fault('all connections are cut', () => void stage.system.proxies.door.reset()),
  async (stage) => {
    const ms = stage.random.between(500, 4000);
    await stage.fault(`Redis away, ${ms} ms`, () =>
      takeStoreAway(stage, 'redis', { kill: stage.random.chance(0.5), ms }),
    );
  },
  async (stage) => {
    const ms = stage.random.between(500, 6000);
    await stage.fault(`MongoDB away, ${ms} ms`, () => takeStoreAway(stage, 'mongo', { kill: false, ms }));
  },
  async (stage) => {
    const name = stage.random.pick([...stage.system.gateways, ...stage.system.messageServices]);
    await stage.fault(`SIGSTOP ${name}`, async () => {
      stage.system.signal(name, 'SIGSTOP');
      await stage.pause(stage.random.between(500, 6000));
      stage.system.signal(name, 'SIGCONT');
    });
  },
  async (stage) => {
    const { door } = stage.system.proxies;
    const latencyMs = stage.random.between(20, 300);
    await stage.fault(`a slow network, ${latencyMs} ms`, () =>
      door.during({ latencyMs, jitterMs: latencyMs / 2 }, 3000),
    );
  },
];

function kill(stage: Stage, name: string): Promise<void> {
  return stage.fault(`kill -9 ${name}`, () => stage.system.signal(name, 'SIGKILL'));
}

export const mixedTroubles: Scenario = {
  id: 'T10',
  title: 'Everything at random, for long',
  bars: { failedSends: 0 },
  shortSeconds: 12,
  async disturb(stage) {
    while (!stage.isOver()) {
      await stage.pause(stage.random.between(500, stage.short ? 1500 : 8000));
      await stage.random.pick(troubles)(stage);
    }
  },
};
