import type { PendingMark } from '@hallway/bus';
import { eventually } from '@hallway/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createDrainReadMarks } from '../src/read-marks/drain-read-marks.ts';
import { createReadMarksRepository } from '../src/read-marks/read-marks.repository.ts';
import { createRoomsRepository } from '../src/rooms/rooms.repository.ts';
import { announced, createWorld, newId, type RunningWorker, startWorker, toId, type World } from './worker-fixture.ts';

let world: World;
let worker: RunningWorker | undefined;

beforeAll(async () => {
  world = await createWorld();
});
afterEach(async () => {
  await worker?.stop();
  worker = undefined;
});
afterAll(() => world?.close());

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 10, 0, second)).toISOString();

/** What `markRead` does in the message service. */
async function read(chatRoomId: string, mark: PendingMark, bucket: number) {
  await world.pendingMarks.raise(chatRoomId, [mark]);
  await world.jobs.add('read-marks.drain', { chatRoomId }, { jobId: `read-${chatRoomId}-${bucket}`, delayMs: 200 });
}

async function storedMarks(chatRoomId: string) {
  const found = await world.connection
    .collection('readMarks')
    .find({ roomId: toId(chatRoomId) })
    .toArray();
  return new Map(found.map((mark) => [String(mark.userId), mark.lastReadSeq as number]));
}

const readsOf = async (chatRoomId: string) =>
  (await announced(world, 'room.read')).filter((event) => event.data.chatRoomId === chatRoomId);

/** The drain itself, with an event log that can fail. */
function drainWith(appendEvents: World['appendEvents']) {
  const { connection, pendingMarks } = world;
  return createDrainReadMarks({
    pendingMarks,
    appendEvents,
    readMarks: createReadMarksRepository(connection),
    rooms: createRoomsRepository(connection),
    metrics: { marksPerJob: { observe: () => undefined } } as never,
    log: { error: () => undefined, warn: () => undefined } as never,
  });
}

describe('read-marks.drain', () => {
  it('when 1,000 people read a room within a second, costs one job, one write and one event', async () => {
    const people = Array.from({ length: 1000 }, newId);
    const chatRoomId = await world.makeRoom('course', people.slice(0, 2));
    await Promise.all(
      people.map((userId, index) => read(chatRoomId, { userId, lastReadSeq: index + 1, readAt: at(0) }, 1)),
    );
    const waiting = await world.queueOf('read-marks.drain').getJobCounts('delayed', 'waiting');
    expect((waiting.delayed ?? 0) + (waiting.waiting ?? 0)).toBe(1);

    worker = await startWorker(world);
    await eventually(async () => expect(await world.pendingMarks.list(chatRoomId)).toEqual([]));

    expect(await storedMarks(chatRoomId)).toEqual(new Map(people.map((userId, index) => [userId, index + 1])));
    const events = await readsOf(chatRoomId);
    expect(events).toHaveLength(1);
    expect(events[0]?.data).toMatchObject({ roomType: 'course', directParticipantIds: null });
    expect(events[0]?.data.marks).toHaveLength(1000);
    const metrics = await worker.metrics();
    expect(metrics).toContain('hallway_read_marks_per_job_sum{service="worker"} 1000');
    expect(metrics).toContain('hallway_read_marks_per_job_count{service="worker"} 1');
  });

  it('when a direct room is read, names both people in the event', async () => {
    const [ann, ben] = [newId(), newId()];
    const chatRoomId = await world.makeRoom('direct', [ann, ben]);
    worker = await startWorker(world);
    await read(chatRoomId, { userId: ann, lastReadSeq: 3, readAt: at(1) }, 1);
    const event = await eventually(async () => {
      const [found] = await readsOf(chatRoomId);
      expect(found).toBeDefined();
      return found;
    });
    expect(new Set(event?.data.directParticipantIds)).toEqual(new Set([ann, ben]));
    expect(event?.data.marks).toEqual([{ userId: ann, lastReadSeq: 3, readAt: at(1) }]);
  });

  it('when an older mark arrives late, keeps the higher one and announces nothing', async () => {
    const ann = newId();
    const chatRoomId = await world.makeRoom('group', [ann]);
    worker = await startWorker(world);
    await read(chatRoomId, { userId: ann, lastReadSeq: 7, readAt: at(1) }, 1);
    await eventually(async () => expect((await storedMarks(chatRoomId)).get(ann)).toBe(7));
    await eventually(async () => expect(await world.pendingMarks.list(chatRoomId)).toEqual([]));
    await read(chatRoomId, { userId: ann, lastReadSeq: 4, readAt: at(2) }, 2);
    await eventually(async () => expect(await world.pendingMarks.list(chatRoomId)).toEqual([]));
    expect((await storedMarks(chatRoomId)).get(ann)).toBe(7);
    expect(await readsOf(chatRoomId)).toHaveLength(1);
  });

  it('when it ends between writing and announcing, the next run announces', async () => {
    const ann = newId();
    const chatRoomId = await world.makeRoom('group', [ann]);
    await world.pendingMarks.raise(chatRoomId, [{ userId: ann, lastReadSeq: 2, readAt: at(1) }]);
    const dying = drainWith(() => Promise.reject(new Error('Redis went away')));
    await expect(dying(chatRoomId)).rejects.toThrow('Redis went away');
    expect((await storedMarks(chatRoomId)).get(ann)).toBe(2);
    expect(await readsOf(chatRoomId)).toHaveLength(0);

    await drainWith(world.appendEvents)(chatRoomId);
    expect((await readsOf(chatRoomId)).map((event) => event.data.marks)).toEqual([
      [{ userId: ann, lastReadSeq: 2, readAt: at(1) }],
    ]);
    expect(await world.pendingMarks.list(chatRoomId)).toEqual([]);
  });

  it('when it ends between announcing and settling, the next run announces the same event', async () => {
    const ann = newId();
    const chatRoomId = await world.makeRoom('group', [ann]);
    const mark = { userId: ann, lastReadSeq: 2, readAt: at(1) };
    await world.pendingMarks.raise(chatRoomId, [mark]);
    await drainWith(world.appendEvents)(chatRoomId);
    await world.pendingMarks.raise(chatRoomId, [mark]);
    await drainWith(world.appendEvents)(chatRoomId);
    const ids = (await readsOf(chatRoomId)).map((event) => event.id);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('when a finished job is delivered again, writes and announces nothing', async () => {
    const ann = newId();
    const chatRoomId = await world.makeRoom('group', [ann]);
    await world.pendingMarks.raise(chatRoomId, [{ userId: ann, lastReadSeq: 5, readAt: at(1) }]);
    const drain = drainWith(world.appendEvents);
    await drain(chatRoomId);
    await drain(chatRoomId);
    expect(await readsOf(chatRoomId)).toHaveLength(1);
    expect((await storedMarks(chatRoomId)).get(ann)).toBe(5);
  });

  it('when a mark grows while it is written, leaves the growth for the next run', async () => {
    const ann = newId();
    const chatRoomId = await world.makeRoom('group', [ann]);
    await world.pendingMarks.raise(chatRoomId, [{ userId: ann, lastReadSeq: 5, readAt: at(1) }]);
    await drainWith(async (events) => {
      await world.pendingMarks.raise(chatRoomId, [{ userId: ann, lastReadSeq: 6, readAt: at(2) }]);
      await world.appendEvents(events);
    })(chatRoomId);
    expect(await world.pendingMarks.list(chatRoomId)).toEqual([{ userId: ann, lastReadSeq: 6, readAt: at(2) }]);
  });
});

describe('sweepReadMarks', () => {
  it('when marks are pending whose job was lost, writes them all the same', async () => {
    const ann = newId();
    const chatRoomId = await world.makeRoom('group', [ann]);
    await world.pendingMarks.raise(chatRoomId, [{ userId: ann, lastReadSeq: 9, readAt: at(1) }]);
    worker = await startWorker(world, { READ_MARK_SWEEP_SECONDS: '1' });
    await eventually(async () => expect((await storedMarks(chatRoomId)).get(ann)).toBe(9));
    await eventually(async () => expect(await readsOf(chatRoomId)).toHaveLength(1));
  });
});
