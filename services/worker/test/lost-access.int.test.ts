import type { DomainEvent } from '@hallway/contracts';
import { eventually } from '@hallway/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toNotificationJobId } from '../src/notifications/notification-job.ts';
import { createWorld, newId, type RunningWorker, startWorker, toId, type World } from './worker-fixture.ts';

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

async function roomOfThree() {
  const [ann, ben, cho] = [newId(), newId(), newId()];
  return { ann, ben, cho, chatRoomId: await world.makeRoom('group', [ann, ben, cho]) };
}

const waitingJob = (chatRoomId: string, userId: string) =>
  world.queueOf('notification.deliver').getJob(toNotificationJobId(chatRoomId, userId));

async function endMembership(chatRoomId: string, userId: string): Promise<void> {
  await world.connection.collection('memberships').deleteOne({ roomId: toId(chatRoomId), userId: toId(userId) });
}

async function announceRemoved(chatRoomId: string, userIds: string[]): Promise<void> {
  const envelope = { id: newId(), occurredAt: new Date().toISOString(), traceparent: null };
  const event: DomainEvent = { ...envelope, type: 'room.removed', data: { chatRoomId, userIds } };
  await world.appendEvents([event]);
}

describe('a notification for somebody who was removed', () => {
  it('when it is planned, is taken back with the removal, and nothing new is planned', async () => {
    const { ann, ben, cho, chatRoomId } = await roomOfThree();
    worker = await startWorker(world, { NOTIFY_AFTER_SECONDS: '60' });
    await world.send(chatRoomId, [ann]);
    await eventually(async () => expect(await waitingJob(chatRoomId, ben)).toBeTruthy());
    await endMembership(chatRoomId, ben);
    await announceRemoved(chatRoomId, [ben]);
    await eventually(async () => expect(await waitingJob(chatRoomId, ben)).toBeUndefined());
    expect(await waitingJob(chatRoomId, cho)).toBeTruthy();
    const other = await world.makeRoom('group', [ann, cho]);
    await world.send(chatRoomId, [ann]);
    await world.send(other, [ann]);
    await eventually(async () => expect(await waitingJob(other, cho)).toBeTruthy());
    expect(await waitingJob(chatRoomId, ben)).toBeUndefined();
  });

  it('when nobody heard of the removal, is not told when it is due', async () => {
    const { ann, ben, cho, chatRoomId } = await roomOfThree();
    worker = await startWorker(world, { NOTIFY_AFTER_SECONDS: '1' });
    await world.send(chatRoomId, [ann]);
    await eventually(async () => expect(await waitingJob(chatRoomId, ben)).toBeTruthy());
    await endMembership(chatRoomId, ben);
    await eventually(() => expect(worker?.deliveredTo(cho)).toHaveLength(1));
    await eventually(async () => expect(await waitingJob(chatRoomId, ben)).toBeUndefined());
    expect(worker.deliveredTo(ben)).toEqual([]);
  });
});

describe('a notification for somebody whose account was closed', () => {
  it('when it is due, is not told; to the others it is', async () => {
    const { ann, ben, cho, chatRoomId } = await roomOfThree();
    worker = await startWorker(world, { NOTIFY_AFTER_SECONDS: '1' });
    await world.send(chatRoomId, [ann]);
    await eventually(async () => expect(await waitingJob(chatRoomId, ben)).toBeTruthy());
    await world.connection.collection('users').updateOne({ _id: toId(ben) }, { $set: { active: false } });
    await eventually(() => expect(worker?.deliveredTo(cho)).toHaveLength(1));
    await eventually(async () => expect(await waitingJob(chatRoomId, ben)).toBeUndefined());
    expect(worker.deliveredTo(ben)).toEqual([]);
  });
});

describe('a notification from a course that has concluded', () => {
  it('when it was planned while one could write, is told although everybody may only read by then', async () => {
    const [ann, ben] = [newId(), newId()];
    const chatRoomId = await world.makeRoom('course', [ann, ben]);
    const course = { _id: toId(newId()), code: 'HIS-1', title: 'History', term: 'Autumn', concludesAt: null };
    await world.connection.collection<object>('courses').insertOne(course);
    await world.connection.collection('rooms').updateOne({ _id: toId(chatRoomId) }, { $set: { courseId: course._id } });
    worker = await startWorker(world, { NOTIFY_AFTER_SECONDS: '2' });
    await world.send(chatRoomId, [ann]);
    await eventually(async () => expect(await waitingJob(chatRoomId, ben)).toBeTruthy());
    const longAgo = new Date(Date.now() - 400 * 24 * 3_600_000);
    const concluded = await world.connection
      .collection<object>('courses')
      .updateOne({ _id: course._id }, { $set: { concludesAt: longAgo } });
    expect(concluded.modifiedCount).toBe(1);
    expect(worker.deliveredTo(ben)).toEqual([]);
    await eventually(() => expect(worker?.deliveredTo(ben)).toHaveLength(1));
  });
});

describe('a notification for somebody who came later', () => {
  it('when messages are older than the membership, counts only what came since', async () => {
    const { ann, ben, chatRoomId } = await roomOfThree();
    await world.storeMessages(chatRoomId, [ann, ann, ann]);
    const membership = { roomId: toId(chatRoomId), userId: toId(ben) };
    await world.connection.collection('memberships').updateOne(membership, { $set: { joinedSeq: 3 } });
    worker = await startWorker(world, { NOTIFY_AFTER_SECONDS: '0' });
    await world.send(chatRoomId, [ann]);
    await eventually(() => expect(worker?.deliveredTo(ben)).toHaveLength(1));
    expect(worker.deliveredTo(ben)[0]).toMatchObject({ count: 1 });
  });
});
