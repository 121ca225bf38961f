import { watchQueue } from '../queue-watch.ts';
import { marked } from '../report/evidence.ts';
import { amount, times } from '../report/figures.ts';
import type { Scenario, Stage } from '../scenario.ts';

const redeliveryMark = 'redelivery (ms)';
const leftMark = 'jobs that a killed worker had in hand, not yet run again';
// A process that was killed is gone by then, and the next one has not begun.
const surelyGoneMs = 150;
const lookEveryMs = 100;
// A lock lasts ten seconds, and two looks of BullMQ at stalled jobs are five seconds apart.
const redeliveredWithinMs = 60_000;

export const killedWorker: Scenario = {
  id: 'T6',
  title: 'The worker is killed every few seconds while it notifies people who are away',
  // 200 pairs of person and room in a full run, each of which is told again and again: more than 1,000 jobs.
  load: (usual, short) => ({ ...usual, absentPerGroup: short ? Math.ceil(usual.clients * 0.75) : 25 }),
  bars: { failedSends: 0 },
  async disturb(stage) {
    const { system, mark } = stage;
    const queue = await watchQueue(system.redisUrl, (afterMs) => mark(redeliveryMark, afterMs));
    try {
      while (!stage.isOver()) {
        await lookFor(stage, queue, stage.short ? 2500 : 3000);
        const killedAt = Date.now();
        await stage.fault('kill -9 worker', () => system.signal('worker', 'SIGKILL'));
        await stage.pause(surelyGoneMs);
        await queue.noteOrphans(killedAt);
      }
      // A short run does not wait for what takes longer than all of it: that everybody is told in the end, it checks.
      const end = Date.now() + (stage.short ? 0 : redeliveredWithinMs);
      while ((await queue.look()) > 0 && Date.now() < end) await stage.pause(lookEveryMs);
      stage.mark(leftMark, await queue.look());
    } finally {
      queue.close();
    }
  },
  examine: findUntoldPeople,
  report({ marks, verdict, dump }) {
    const figures = [
      amount('notifications that were considered', dump.notifications.length),
      times(
        'redelivery: from a kill until a job it had in hand runs again',
        marked(marks, redeliveryMark),
        'no kill met a job in hand',
      ),
      amount(leftMark, marked(marks, leftMark)[0] ?? 0),
      amount('double effects', verdict.counts.doubleEffects, `of ${verdict.counts.notified}`),
    ];
    return { figures, missed: [] };
  },
};

type Queue = Awaited<ReturnType<typeof watchQueue>>;

async function lookFor({ pause }: Stage, queue: Queue, ms: number): Promise<void> {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    await queue.look();
    await pause(lookEveryMs);
  }
}

const toldWithinMs = 120_000;

/** Everybody who is away and has something unread was considered: there is a record for them in each room that has spoken. */
async function findUntoldPeople({ system, campus, note, pause }: Stage): Promise<string[]> {
  const rooms = await system.mongo.connection
    .collection('rooms')
    .find({}, { projection: { lastSeq: 1 } })
    .toArray();
  const spoken = new Set(rooms.filter(({ lastSeq }) => Number(lastSeq) > 0).map(({ _id }) => String(_id)));
  const pairs = campus.absent.flatMap(({ userId, rooms: theirs }) =>
    theirs.map((room) => ({ room, key: `${userId}:${room}` })),
  );
  const wanted = new Set(pairs.filter(({ room }) => spoken.has(room)).map(({ key }) => key));
  const notifications = system.mongo.connection.collection('notifications');
  const end = Date.now() + toldWithinMs;
  for (;;) {
    const records = await notifications.find({}, { projection: { userId: 1, roomId: 1, state: 1 } }).toArray();
    const ours = records.filter(({ userId, roomId }) => wanted.has(`${userId}:${roomId}`));
    const told = new Set(ours.map(({ userId, roomId }) => `${userId}:${roomId}`));
    if (told.size === wanted.size || Date.now() > end) {
      const states = Object.entries(Object.groupBy(ours, ({ state }) => String(state)));
      note(`notifications by state: ${states.map(([state, some]) => `${state} ${some?.length}`).join(', ')}`);
      const untold = wanted.size - told.size;
      return untold === 0 ? [] : [`${untold} of ${wanted.size} people who were away were never told`];
    }
    await pause(500);
  }
}

const takeOverFigure: NonNullable<Scenario['report']> = ({ measures }) => {
  const what = 'take-over: the longest that a message of a room waited, for each fault and room';
  const value = measures.takeOverMs;
  return { figures: [value === null ? times(what, []) : { what, unit: 'ms', value }], missed: [] };
};

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
  report: takeOverFigure,
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
  report: takeOverFigure,
};
