import type { Scenario, Stage } from '../scenario.ts';

export const killedWorker: Scenario = {
  id: 'T6',
  title: 'The worker is killed every few seconds while it notifies people who are away',
  load: (usual) => ({ ...usual, absentPerGroup: Math.ceil(usual.clients * 0.75) }),
  bars: { failedSends: 0 },
  async disturb(stage) {
    while (!stage.isOver()) {
      await stage.pause(stage.short ? 2500 : 3000);
      await stage.fault('kill -9 worker', () => stage.system.signal('worker', 'SIGKILL'));
    }
  },
  examine: findUntoldPeople,
};

const toldWithinMs = 60_000;

/** Everybody who is away and has something unread was considered: there is a record for them in each of their rooms. */
async function findUntoldPeople({ system, campus, note, pause }: Stage): Promise<string[]> {
  const wanted = campus.absent.flatMap(({ userId, rooms }) => rooms.map((room) => `${userId}:${room}`));
  const notifications = system.mongo.connection.collection('notifications');
  const end = Date.now() + toldWithinMs;
  for (;;) {
    const records = await notifications.find({}, { projection: { userId: 1, roomId: 1, state: 1 } }).toArray();
    const ours = records.filter(({ userId, roomId }) => wanted.includes(`${userId}:${roomId}`));
    const told = new Set(ours.map(({ userId, roomId }) => `${userId}:${roomId}`));
    const untold = wanted.filter((one) => !told.has(one));
    if (untold.length === 0 || Date.now() > end) {
      const states = Object.entries(Object.groupBy(ours, ({ state }) => String(state)));
      note(`notifications by state: ${states.map(([state, some]) => `${state} ${some?.length}`).join(', ')}`);
      return untold.length === 0 ? [] : [`${untold.length} of ${wanted.length} people who were away were never told`];
    }
    await pause(500);
  }
}

export const pausedOwner: Scenario = {
  id: 'M1',
  title: 'A message service is stopped by SIGSTOP, loses its rooms, and wakes up',
  bars: { takeOverMaxMs: 5000, failedSends: 0 },
  shortSeconds: 10,
  async disturb(stage) {
    const { system, random } = stage;
    while (!stage.isOver()) {
      await stage.pause(1500);
      const name = random.pick(system.messageServices);
      await stage.fault(`SIGSTOP ${name}`, async () => {
        system.signal(name, 'SIGSTOP');
        // Longer than a lease, so that somebody else owns its rooms when it wakes up in the middle of a batch.
        await stage.pause(random.between(6000, 8000));
        system.signal(name, 'SIGCONT');
      });
      await stage.pause(stage.short ? 500 : 8000);
    }
  },
};

export const killedOwner: Scenario = {
  id: 'M2',
  title: 'One of the message services is killed',
  bars: { takeOverMaxMs: 5000, failedSends: 0 },
  shortSeconds: 10,
  async disturb(stage) {
    const { system, random } = stage;
    while (!stage.isOver()) {
      await stage.pause(2000);
      const name = random.pick(system.messageServices);
      await stage.fault(`kill -9 ${name}`, () => system.signal(name, 'SIGKILL'));
      await stage.pause(stage.short ? 6000 : 8000);
    }
  },
};
