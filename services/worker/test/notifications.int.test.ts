import type { DomainEvent } from '@hallway/contracts';
import { eventually } from '@hallway/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toNotificationJobId } from '../src/notifications/notification-job.ts';
import { createWorld, newId, type RunningWorker, startWorker, toId, type World } from './worker-fixture.ts';

let world: World;
let worker: RunningWorker | undefined;
/** Sockets of people on the one gateway there is. Its lease outlasts a test, not the file. */
const online = new Map<string, number>();

beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.gateway.renew(online));
afterEach(async () => {
  await worker?.stop();
  worker = undefined;
});
afterAll(() => world?.close());

/** Somebody who writes, and a room of theirs with others. */
async function setUp(others: number) {
  const [ann, ...rest] = Array.from({ length: others + 1 }, newId) as [string, ...string[]];
  const chatRoomId = await world.makeRoom('group', [ann, ...rest]);
  return { ann, rest, chatRoomId };
}

const recordsOf = (userId: string) =>
  world.connection
    .collection('notifications')
    .find({ userId: toId(userId) })
    .toArray();

const waitingJob = (chatRoomId: string, userId: string) =>
  world.queueOf('notification.deliver').getJob(toNotificationJobId(chatRoomId, userId));

async function goOnline(userId: string) {
  online.set(userId, 1);
  await world.gateway.setSockets(userId, 1);
}

/** Announces that somebody has read a room, as the drain does. */
async function announceRead(chatRoomId: string, userId: string, lastReadSeq: number) {
  const readAt = new Date().toISOString();
  const event: DomainEvent = {
    id: newId(),
    type: 'room.read',
    occurredAt: readAt,
    traceparent: null,
    data: { chatRoomId, roomType: 'group', directParticipantIds: null, marks: [{ userId, lastReadSeq, readAt }] },
  };
  await world.appendEvents([event]);
}

describe('message.created', () => {
  it('when a burst meets a member who is away, tells them once of all of it and never what was written', async () => {
    const { ann, rest, chatRoomId } = await setUp(1);
    const [ben] = rest as [string];
    worker = await startWorker(world, { NOTIFY_AFTER_SECONDS: '1' });
    const events = await world.send(chatRoomId, [ann, ann, ann]);
    await world.send(chatRoomId, [ann, ann]);
    await eventually(() => expect(worker?.deliveredTo(ben)).toHaveLength(1));
    expect(worker.deliveredTo(ben)[0]).toMatchObject({ chatRoomId, count: 5, channel: 'log' });
    expect(worker.deliveredTo(ann)).toHaveLength(0);
    expect(JSON.stringify(worker.lines)).not.toContain('secret');

    const records = await eventually(async () => {
      const found = await recordsOf(ben);
      expect(found.map((record) => record.state)).toEqual(['sent']);
      return found;
    });
    expect(records[0]?.trace.map((one: { step: string }) => one.step)).toEqual([
      'considered',
      'claimed',
      'sending',
      'sent',
    ]);
    // The same events again, as after a crash of their consumer.
    await world.appendEvents(events);
    await eventually(async () => expect(await waitingJob(chatRoomId, ben)).toBeUndefined());
    await world.send(chatRoomId, [ann]);
    await eventually(() => expect(worker?.deliveredTo(ben)).toHaveLength(2));
    expect(await recordsOf(ben)).toHaveLength(2);
  });

  it('when some members are online, plans nothing for them', async () => {
    const { ann, rest, chatRoomId } = await setUp(2);
    const [ben, cleo] = rest as [string, string];
    await goOnline(ben);
    worker = await startWorker(world);
    await world.send(chatRoomId, [ann]);
    await eventually(() => expect(worker?.deliveredTo(cleo)).toHaveLength(1));
    expect(worker.deliveredTo(ben)).toHaveLength(0);
    expect(await waitingJob(chatRoomId, ben)).toBeUndefined();
    expect(await recordsOf(ben)).toEqual([]);
  });

  it('when somebody joined a moment ago, tells them too', async () => {
    const { ann, rest, chatRoomId } = await setUp(1);
    const [ben] = rest as [string];
    const cleo = newId();
    await world.openAccount(cleo);
    worker = await startWorker(world);
    await world.send(chatRoomId, [ann]);
    await eventually(() => expect(worker?.deliveredTo(ben)).toHaveLength(1));
    await world.connection.collection('memberships').insertOne({ roomId: toId(chatRoomId), userId: toId(cleo) });
    const chatRoom = { id: chatRoomId, title: null, courseId: null, participants: [] };
    const added = {
      chatRoom: { ...chatRoom, type: 'group' as const, participantCount: 3, lastSeq: 1, createdAt: '' },
      userIds: [cleo],
    };
    const occurredAt = new Date().toISOString();
    await world.appendEvents([{ id: newId(), type: 'room.added', occurredAt, traceparent: null, data: added }]);
    await world.send(chatRoomId, [ann]);
    await eventually(() => expect(worker?.deliveredTo(cleo)).toHaveLength(1));
  });
});

describe('room.read', () => {
  it('when a person has read everything, takes their notification back and leaves the others', async () => {
    const { ann, rest, chatRoomId } = await setUp(2);
    const [ben, cleo] = rest as [string, string];
    worker = await startWorker(world, { NOTIFY_AFTER_SECONDS: '600' });
    await world.send(chatRoomId, [ann, ann]);
    await eventually(async () => {
      expect(await waitingJob(chatRoomId, ben)).toBeDefined();
      expect(await waitingJob(chatRoomId, cleo)).toBeDefined();
    });
    await announceRead(chatRoomId, cleo, 1);
    await announceRead(chatRoomId, ben, 2);
    await eventually(async () => expect(await waitingJob(chatRoomId, ben)).toBeUndefined());
    expect(await waitingJob(chatRoomId, cleo)).toBeDefined();
  });
});

describe('notification.deliver', () => {
  const dueNow = async (chatRoomId: string, userId: string) =>
    world.jobs.add(
      'notification.deliver',
      { userId, chatRoomId, fromSeq: 1 },
      { jobId: toNotificationJobId(chatRoomId, userId), delayMs: 0 },
    );
  const considered = (userId: string) =>
    worker?.ofMessage('a notification was considered').find((line) => line.userId === userId)?.outcome;

  it('when the person came online meanwhile, skips and records why', async () => {
    const { ann, rest, chatRoomId } = await setUp(1);
    const [ben] = rest as [string];
    await world.storeMessages(chatRoomId, [ann]);
    await goOnline(ben);
    worker = await startWorker(world);
    await dueNow(chatRoomId, ben);
    const [record] = await eventually(async () => {
      const found = await recordsOf(ben);
      expect(found).toHaveLength(1);
      return found;
    });
    expect(record).toMatchObject({ state: 'skipped', channel: 'log', seq: 1, count: 1 });
    expect(record?.trace[0].facts).toMatchObject({ online: true, why: 'online', unread: 1 });
    expect(worker.deliveredTo(ben)).toHaveLength(0);
  });

  it('when the person has read it and the mark is only pending, tells nothing', async () => {
    const { ann, rest, chatRoomId } = await setUp(1);
    const [ben] = rest as [string];
    await world.storeMessages(chatRoomId, [ann]);
    worker = await startWorker(world, { READ_MARK_SWEEP_SECONDS: '3600' });
    await world.pendingMarks.raise(chatRoomId, [{ userId: ben, lastReadSeq: 1, readAt: new Date().toISOString() }]);
    await dueNow(chatRoomId, ben);
    await eventually(() => expect(considered(ben)).toBe('read'));
    expect(worker.deliveredTo(ben)).toHaveLength(0);
  });

  it('when the person is no member any more, tells nothing', async () => {
    const { ann, rest, chatRoomId } = await setUp(1);
    const [ben] = rest as [string];
    await world.connection.collection('memberships').deleteOne({ userId: toId(ben) });
    await world.storeMessages(chatRoomId, [ann]);
    worker = await startWorker(world);
    await dueNow(chatRoomId, ben);
    await eventually(() => expect(considered(ben)).toBe('not-a-member'));
    expect(worker.deliveredTo(ben)).toHaveLength(0);
  });

  it('when a message arrives while it runs, tells of that one afterwards', async () => {
    const { ann, chatRoomId } = await setUp(1);
    const told: number[] = [];
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    worker = await startWorker(world, {}, async (notification) => {
      told.push(notification.count);
      if (told.length === 1) await released;
    });
    await world.send(chatRoomId, [ann]);
    await eventually(() => expect(told).toEqual([1]));
    const handled = async () =>
      /handled_total\{type="message.created".*\} (\d+)/.exec((await worker?.metrics()) ?? '')?.[1];
    await world.send(chatRoomId, [ann]);
    await eventually(async () => expect(await handled()).toBe('2'));
    release();
    await eventually(() => expect(told).toEqual([1, 2]));
  });

  it('when the channel fails, records that and does not try again', async () => {
    const { ann, rest, chatRoomId } = await setUp(1);
    const [ben] = rest as [string];
    worker = await startWorker(world, {}, () => Promise.reject(new Error('the channel is closed')));
    await world.send(chatRoomId, [ann]);
    const [record] = await eventually(async () => {
      const found = await recordsOf(ben);
      expect(found[0]?.state).toBe('failed');
      return found;
    });
    expect(record?.trace.at(-1).facts).toEqual({ why: 'the channel is closed' });
  });
});

describe('rebuildNotifications', () => {
  it('when messages were stored and never announced, tells those who are away at the next start, once', async () => {
    const { ann, rest, chatRoomId } = await setUp(3);
    const [ben, cleo, dan] = rest as [string, string, string];
    await goOnline(cleo);
    await world.storeMessages(chatRoomId, [ann, ann]);
    await world.pendingMarks.raise(chatRoomId, [{ userId: dan, lastReadSeq: 2, readAt: new Date().toISOString() }]);
    worker = await startWorker(world);
    await eventually(() => expect(worker?.deliveredTo(ben)).toHaveLength(1));
    await worker.stop();

    worker = await startWorker(world);
    await eventually(() => expect(worker?.ofMessage('notifications were rebuilt')).toHaveLength(1));
    const probe = await setUp(1);
    await world.send(probe.chatRoomId, [probe.ann]);
    await eventually(() => expect(worker?.deliveredTo(probe.rest[0] ?? '')).toHaveLength(1));
    expect(worker.deliveredTo(ben)).toHaveLength(0);
    for (const userId of [ann, cleo, dan]) expect(await recordsOf(userId)).toEqual([]);
  });

  it('when Redis was emptied under a running worker, plans again what was lost with it', async () => {
    const { ann, rest, chatRoomId } = await setUp(1);
    const [ben] = rest as [string];
    worker = await startWorker(world, { NOTIFY_AFTER_SECONDS: '2' });
    await eventually(async () => expect(await world.redis.exists(world.names.workerMark)).toBe(1));
    await world.send(chatRoomId, [ann]);
    await eventually(async () => expect(await waitingJob(chatRoomId, ben)).toBeDefined());
    await world.clearRedis();
    await eventually(() => expect(worker?.deliveredTo(ben)).toHaveLength(1), { withinMs: 20_000 });
    expect(await recordsOf(ben)).toHaveLength(1);
  });
});
