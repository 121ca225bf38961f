import { randomBytes, randomUUID } from 'node:crypto';
import type { DomainEvent, SendCommand, SessionEnded } from '@hallway/contracts';
import { createRedis, primariesOf, type RedisKind, waitForRedis } from '@hallway/platform';
import { captureLog, eventually, type OwnCluster, startOwnCluster } from '@hallway/testkit';
import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  allPartitions,
  type CommandEntry,
  createAnnounceSessionEnded,
  createAsk,
  createBusNames,
  createCommandLog,
  createCommandReader,
  createDirectoryChanges,
  createDirectoryChangeTail,
  createEventConsumer,
  createEventLog,
  createEventTail,
  createJobProducer,
  createPendingAnswers,
  createPendingReadMarks,
  createPresenceLease,
  createPresenceReader,
  createReplyPublisher,
  createRequestServer,
  createSessionEndingsFollower,
  createSharedBuckets,
  listenForReplies,
  partitionOf,
} from '../src/index.ts';

// Three nodes share the slots; the first has a replica, which takes over in the last test.
const names = createBusNames(`t${randomBytes(6).toString('hex')}`);
const { log, lines } = captureLog();
const id = () => randomBytes(12).toString('hex');
const clients: Redis[] = [];
let cluster: OwnCluster;
let redis: Redis;

async function open(kind: RedisKind): Promise<Redis> {
  const client = createRedis({ url: cluster.url, log, role: `test-${kind}`, kind });
  clients.push(client);
  await waitForRedis(client);
  return client;
}

beforeAll(async () => {
  cluster = await startOwnCluster({ primaries: 3, withReplica: true });
  redis = await open('commands');
});
afterAll(async () => {
  for (const client of clients) client.disconnect();
  await cluster?.remove();
});

/** A room of each partition, in the order of the partitions. */
const rooms = allPartitions.map((partition) => {
  for (;;) {
    const room = id();
    if (partitionOf(room) === partition) return room;
  }
});

function command(chatRoomId: string): SendCommand {
  return {
    requestId: randomUUID(),
    origin: 'nobody',
    answer: 'reply',
    senderId: id(),
    senderRole: 'student',
    chatRoomId,
    content: 'hello',
    messageType: 'text',
    clientMessageId: randomUUID(),
    mayBeRepeat: true,
    submittedAt: new Date().toISOString(),
  };
}

const removal = (chatRoomId: string): DomainEvent => ({
  id: randomUUID(),
  type: 'room.removed',
  occurredAt: new Date().toISOString(),
  traceparent: null,
  data: { chatRoomId, userIds: [id()] },
});

/** Reads until so many commands have come, as the owner of every partition. */
async function readCommands(reader: ReturnType<typeof createCommandReader>, count: number): Promise<CommandEntry[]> {
  const entries: CommandEntry[] = [];
  await eventually(
    async () => {
      entries.push(...(await reader.readNew([...allPartitions], 400)));
      expect(entries).toHaveLength(count);
    },
    { withinMs: 20_000 },
  );
  return entries;
}

describe('the bus on a Cluster of three nodes', () => {
  it('when commands of every partition are appended, hands each to its owner once and in its order', async () => {
    const reader = createCommandReader({ blocking: await open('blocking'), redis, names, log, consumer: 'me' });
    for (const partition of allPartitions) await reader.prepare(partition);
    const append = createCommandLog({ redis, names });
    const commands = rooms.flatMap((room) => [command(room), command(room), command(room)]);
    await Promise.all(commands.map(append));

    const entries = await readCommands(reader, commands.length);
    const idsOf = (list: SendCommand[]) => list.map((one) => one.clientMessageId);
    for (const [partition, room] of rooms.entries()) {
      const came = entries
        .filter((entry) => entry.partition === partition)
        .map((entry) => entry.command as SendCommand);
      expect(idsOf(came)).toEqual(idsOf(commands.filter((one) => one.chatRoomId === room)));
    }
    await reader.done(entries.slice(1));
    expect(await reader.claimPending(entries[0]?.partition ?? 0)).toHaveLength(1);
    await reader.done(entries.slice(0, 1));
    expect(await reader.readLast()).toEqual([]);
    await reader.leave();
  });

  it('when a read is under way as the owner stops, gives what it brings instead of leaving it to nobody', async () => {
    const reader = createCommandReader({ blocking: await open('blocking'), redis, names, log, consumer: 'other' });
    const append = createCommandLog({ redis, names });
    await append(command(rooms[3] ?? ''));
    const [first] = await readCommands(reader, 1);
    await append(command(rooms[9] ?? ''));
    const last = await reader.readLast();
    expect(last.map((entry) => entry.partition)).toEqual([9]);
    await reader.done([...last, ...(first ? [first] : [])]);
  });

  it('when events of every partition are announced, brings them to a tail and to a consumer group', async () => {
    const followed: DomainEvent[] = [];
    const handled: DomainEvent[] = [];
    const tail = createEventTail({
      blocking: await open('blocking'),
      names,
      log,
      onBatch: (batch) => followed.push(...batch.events()),
      onLost: (partitions) => expect(partitions).toEqual([]),
    });
    await tail.start();
    const consumer = createEventConsumer({
      ...{ blocking: await open('blocking'), redis, names, log, group: 'worker', consumer: 'me' },
      handle: async (events) => void handled.push(...events),
    });
    await consumer.start();
    const events = [...rooms, ...rooms].map(removal);
    const appendEvents = createEventLog({ redis, names });
    await appendEvents(events.slice(0, rooms.length));
    await appendEvents(events.slice(rooms.length));

    const sorted = (list: DomainEvent[]) => list.map((event) => event.id).sort();
    await eventually(() => expect(sorted(followed)).toEqual(sorted(events)));
    await eventually(() => expect(sorted(handled)).toEqual(sorted(events)));
    const ofRoom = (list: DomainEvent[]) =>
      list.filter(({ data }) => 'chatRoomId' in data && data.chatRoomId === rooms[5]);
    expect(ofRoom(followed)).toEqual(ofRoom(events));
    await Promise.all([tail.stop(), consumer.stop()]);
  });

  it('when a service is asked, answers over the reply channel of the one that asked', async () => {
    const pending = createPendingAnswers();
    const instance = 'asks';
    await listenForReplies({ subscriber: await open('subscriber'), names, instance, pending, log });
    const unused = async (): Promise<never> => {
      throw new Error('not asked here');
    };
    const server = createRequestServer({
      ...{ blocking: await open('blocking'), redis, names, log, consumer: 'answers' },
      publishAnswers: createReplyPublisher({ redis, names, log }),
      handlers: {
        'person.rooms': async ({ userId }) => ({ chatRoomIds: [userId] }),
        'room.open': unused,
        'rooms.resume': unused,
        'room.mark-read': unused,
        'people.reachable': unused,
        'people.pairs': unused,
        'room.may-write': unused,
      },
    });
    await server.start();
    const ask = createAsk({ redis, names, instance, pending });
    const userIds = Array.from({ length: 20 }, id);
    const answers = await Promise.all(userIds.map((userId) => ask('person.rooms', { userId })));
    expect(answers).toEqual(userIds.map((userId) => ({ chatRoomIds: [userId] })));
    await server.stop();
  });

  it('when people come and go, counts their sockets and remembers when they left', async () => {
    const lease = createPresenceLease({ redis, names, gateway: 'one' });
    const reader = createPresenceReader({ redis, names });
    const [here, gone] = [id(), id()];
    await lease.renew(new Map([[here, 2]]));
    const at = new Date().toISOString();
    await Promise.all([lease.recordSeen(here, at), lease.recordSeen(gone, at)]);
    expect(await reader.socketCounts([here, gone])).toEqual([2, 0]);
    expect(await reader.lastSeen([here, gone])).toEqual(new Map([here, gone].map((one) => [one, at])));
    await lease.release();
    expect(await reader.onlineAmong([here])).toEqual(new Set());
  });

  it('when rooms on every node have pending read marks, a scan finds each of them', async () => {
    const marks = createPendingReadMarks({ redis, names });
    const chatRoomIds = Array.from({ length: 60 }, id);
    const userId = id();
    const mark = { userId, lastReadSeq: 7, readAt: new Date().toISOString() };
    await Promise.all(chatRoomIds.map((room) => marks.raise(room, [mark])));
    const keysPerNode = await Promise.all(primariesOf(redis).map((node) => node.dbsize()));
    expect(Math.min(...keysPerNode)).toBeGreaterThan(0);

    const found = new Set<string>();
    let cursor = '0';
    do {
      const step = await marks.scanRooms(cursor);
      for (const room of step.chatRoomIds) found.add(room);
      cursor = step.cursor;
    } while (cursor !== '0');
    expect([...found].sort()).toEqual([...chatRoomIds].sort());
    expect((await marks.ofPerson(userId, chatRoomIds)).size).toBe(60);
    await Promise.all(chatRoomIds.map((room) => marks.settle(room, [mark])));
    expect(await marks.list(chatRoomIds[0] ?? '')).toEqual([]);
  });

  it('when people send at once, keeps one bucket for each', async () => {
    const { take } = createSharedBuckets({ redis, names, burst: 2, perSecond: 1 });
    const people = Array.from({ length: 10 }, id);
    const waits = await Promise.all(people.map((person) => Promise.all([take(person), take(person), take(person)])));
    for (const [first, second, third] of waits) {
      expect([first, second]).toEqual([0, 0]);
      expect(third).toBeGreaterThan(0);
    }
  });

  it('when a session ends and the directory changes, tells those that follow', async () => {
    const endings: SessionEnded[] = [];
    const follower = createSessionEndingsFollower({
      ...{ redis: await open('blocking'), names, log, poll: async () => [] },
      onEnded: (ending) => endings.push(ending),
    });
    await follower.start();
    const ending = { userId: id(), sessionId: id(), reason: 'signed-out', endedAt: new Date().toISOString() } as const;
    await createAnnounceSessionEnded({ redis, names })(ending);
    await eventually(() => expect(endings).toEqual([ending]));
    await follower.stop();

    const changed: string[] = [];
    const tail = createDirectoryChangeTail({
      ...{ redis: await open('blocking'), names, log, onGap: () => changed.push('gap') },
      onChanges: (changes) => changed.push(...changes.flatMap((change) => change.personIds)),
    });
    await tail.start();
    const personIds = [id(), id()];
    await createDirectoryChanges({ redis, names, log }).publish([{ kind: 'person', personIds }]);
    await eventually(() => expect(changed).toEqual(personIds));
    await tail.stop();
  });

  it('when a job is added, a worker does it once', async () => {
    const jobs = createJobProducer({ connection: await open('producer'), names, log });
    const done: unknown[] = [];
    const connection = await open('queue');
    const worker = new Worker('read-marks', async (job) => void done.push(job.data), {
      connection,
      prefix: names.jobs,
    });
    worker.on('error', (error) => log.error({ err: error }, 'the worker failed'));
    const data = { chatRoomId: id() };
    await jobs.add('read-marks.drain', data, { jobId: `read-${data.chatRoomId}`, delayMs: 100 });
    await jobs.add('read-marks.drain', data, { jobId: `read-${data.chatRoomId}`, delayMs: 100 });
    await eventually(() => expect(done).toEqual([data]));
    await worker.close();
    await jobs.close();
  });

  it('when a slot moves to another node while events flow, brings every one of them and in its order', async () => {
    const [moving, staying] = [5, 6];
    const followed: string[] = [];
    const tail = createEventTail({
      ...{ blocking: await open('blocking'), names, log, onLost: () => undefined },
      onBatch: (batch) => followed.push(...batch.events().map((event) => event.id)),
    });
    await tail.start();
    const appendEvents = createEventLog({ redis, names });
    const announced: string[] = [];
    const announce = async () => {
      const events = [removal(rooms[moving] ?? ''), removal(rooms[staying] ?? '')];
      await appendEvents(events);
      announced.push(...events.map((event) => event.id));
    };
    for (let count = 0; count < 5; count += 1) await announce();
    const moved = cluster.moveSlotOf(names.events(moving), 1);
    for (let count = 0; count < 20; count += 1) await announce();
    await moved;
    for (let count = 0; count < 5; count += 1) await announce();
    await eventually(() => expect([...followed].sort()).toEqual([...announced].sort()));
    const ofMoving = (_id: string, index: number) => index % 2 === 0;
    const order = announced.filter(ofMoving);
    expect(followed.filter((event) => order.includes(event))).toEqual(order);
    const owner = await cluster.nodes[1]?.withClient((client) => client.xlen(names.events(moving)));
    expect(owner).toBeGreaterThanOrEqual(30);
    await tail.stop();
  });

  it('when a node dies, goes on with its replica and tells the tail that something may be missing', async () => {
    const lost = new Set<number>();
    const followed: string[] = [];
    const tail = createEventTail({
      blocking: await open('blocking'),
      names,
      log,
      onBatch: (batch) => followed.push(...batch.events().map((event) => event.id)),
      onLost: (partitions) => {
        for (const partition of partitions) lost.add(partition);
      },
    });
    await tail.start();
    await cluster.nodes[0]?.kill();
    const events = rooms.map(removal);
    const appendEvents = createEventLog({ redis, names });
    await eventually(() => appendEvents(events), { withinMs: 25_000, everyMs: 200 });
    await eventually(() => expect(new Set(followed)).toEqual(new Set(events.map((event) => event.id))), {
      withinMs: 15_000,
    });
    // The first third of the slots was on that node: these partitions by CRC16 of their tags.
    expect([...lost].sort((a, b) => a - b)).toEqual(expect.arrayContaining([3, 7, 11, 15]));
    await tail.stop();
    expect(lines.filter((line) => line.level === 'error')).toEqual([]);
  }, 60_000);
});
