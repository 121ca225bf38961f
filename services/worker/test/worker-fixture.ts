import { randomBytes } from 'node:crypto';
import {
  createBusNames,
  createEventLog,
  createJobProducer,
  createPendingReadMarks,
  createPresenceLease,
  createPresenceReader,
} from '@hallway/bus';
import type { DomainEvent, JobName, RoomType } from '@hallway/contracts';
import { jobCatalogue } from '@hallway/contracts';
import { createRedis, waitForRedis } from '@hallway/platform';
import { captureLog, useTestEngines } from '@hallway/testkit';
import { Queue } from 'bullmq';
import mongoose from 'mongoose';
import { buildWorker } from '../src/app.ts';
import { readWorkerConfig } from '../src/config.ts';
import type { Deliver } from '../src/notifications/deliver-to-log.ts';

export const newId = () => new mongoose.Types.ObjectId().toHexString();
export const toId = (id: string) => new mongoose.Types.ObjectId(id);

export type World = Awaited<ReturnType<typeof createWorld>>;

/** Both stores with a database and a prefix of their own, and what the other services would do to them. */
export async function createWorld() {
  const { mongoUri, redisUrl, redisPrefix } = useTestEngines();
  const environment = {
    HALLWAY_ENV: 'test',
    HALLWAY_ORIGIN: 'http://hallway.test',
    HOST: '127.0.0.1',
    INTERNAL_PORT: '0',
    REDIS_URL: redisUrl,
    QUEUE_REDIS_URL: redisUrl,
    REDIS_PREFIX: redisPrefix,
    MONGODB_URI: mongoUri,
  };
  const { log } = captureLog();
  const names = createBusNames(redisPrefix);
  const redis = createRedis({ url: redisUrl, log, role: 'test', kind: 'commands' });
  const connection = await mongoose.createConnection(mongoUri).asPromise();
  await waitForRedis(redis);
  const jobs = createJobProducer({ connection: redis, names, log });
  const appendEvents = createEventLog({ redis, names });
  const queues = new Map<string, Queue>();

  function queueOf(name: JobName): Queue {
    const { queue } = jobCatalogue[name];
    const known = queues.get(queue) ?? new Queue(queue, { connection: redis, prefix: names.jobs });
    queues.set(queue, known);
    return known;
  }

  return {
    environment,
    names,
    redis,
    connection,
    jobs,
    appendEvents,
    queueOf,
    pendingMarks: createPendingReadMarks({ redis, names }),
    presence: createPresenceReader({ redis, names }),
    gateway: createPresenceLease({ redis, names, gateway: `gateway-${redisPrefix}` }),
    ...createSchoolOfRooms(connection, appendEvents),
    async clearRedis() {
      for (const pattern of [`${redisPrefix}:*`, `{${redisPrefix}:*`]) {
        const keys = await redis.keys(pattern);
        if (keys.length > 0) await redis.del(...keys);
      }
    },
    async close() {
      await this.clearRedis();
      await jobs.close();
      for (const queue of queues.values()) await queue.close();
      redis.disconnect();
      await connection.dropDatabase();
      await connection.close();
    },
  };
}

function createSchoolOfRooms(connection: mongoose.Connection, appendEvents: (events: DomainEvent[]) => Promise<void>) {
  async function openAccount(userId: string): Promise<void> {
    const account = { $set: { active: true } };
    await connection.collection('users').updateOne({ _id: toId(userId) }, account, { upsert: true });
  }

  /** Makes a room with these members, as the message service would. */
  async function makeRoom(type: RoomType, memberIds: string[]): Promise<string> {
    const room = { _id: toId(newId()), type, title: null, courseId: null, lastSeq: 0, createdAt: new Date() };
    await connection.collection('rooms').insertOne(room);
    for (const userId of memberIds) await openAccount(userId);
    await connection.collection('memberships').insertMany(
      memberIds.map((userId) => ({
        roomId: room._id,
        userId: toId(userId),
        role: 'member',
        joinedAt: new Date(),
      })),
    );
    return room._id.toHexString();
  }

  /** Stores the next messages of a room without announcing them, and answers their events. */
  async function storeMessages(chatRoomId: string, senderIds: string[]): Promise<DomainEvent[]> {
    const rooms = connection.collection('rooms');
    const room = await rooms.findOne({ _id: toId(chatRoomId) });
    const documents = senderIds.map((senderId, index) => ({
      _id: toId(newId()),
      roomId: toId(chatRoomId),
      seq: (room?.lastSeq as number) + index + 1,
      senderId: toId(senderId),
      content: `secret ${randomBytes(4).toString('hex')}`,
      createdAt: new Date(),
    }));
    await connection.collection('messages').insertMany(documents);
    await rooms.updateOne({ _id: toId(chatRoomId) }, { $max: { lastSeq: documents.at(-1)?.seq ?? 0 } });
    return documents.map((document) => toCreated(chatRoomId, document));
  }

  return {
    openAccount,
    makeRoom,
    storeMessages,
    /** Stores messages and announces them, one event each in one batch. */
    async send(chatRoomId: string, senderIds: string[]): Promise<DomainEvent[]> {
      const events = await storeMessages(chatRoomId, senderIds);
      await appendEvents(events);
      return events;
    },
  };
}

interface Stored {
  _id: mongoose.Types.ObjectId;
  seq: number;
  senderId: mongoose.Types.ObjectId;
  content: string;
  createdAt: Date;
}

function toCreated(chatRoomId: string, { _id, seq, senderId, content, createdAt }: Stored): DomainEvent {
  return {
    id: newId(),
    type: 'message.created',
    occurredAt: createdAt.toISOString(),
    traceparent: null,
    data: {
      roomType: 'group',
      message: {
        id: _id.toHexString(),
        chatRoomId,
        seq,
        senderId: senderId.toHexString(),
        senderModel: 'Student',
        receiverId: null,
        receiverModel: null,
        content,
        messageType: 'text',
        clientMessageId: newId(),
        isRead: false,
        createdAt: createdAt.toISOString(),
      },
    },
  };
}

export type RunningWorker = Awaited<ReturnType<typeof startWorker>>;

/** A worker in this process, and what it logged. */
export async function startWorker(world: World, overrides: Record<string, string> = {}, deliver?: Deliver) {
  const { log, lines } = captureLog();
  const config = readWorkerConfig({ ...world.environment, NOTIFY_AFTER_SECONDS: '0', ...overrides });
  const worker = buildWorker({ config, log, instance: `worker-${newId()}`, ...(deliver ? { deliver } : {}) });
  await worker.start();
  const ofMessage = (message: string) => lines.filter((line) => line.message === message);
  return {
    ...worker,
    lines,
    ofMessage,
    deliveredTo: (userId: string) => ofMessage('notification delivered').filter((line) => line.userId === userId),
    readyz: () => fetch(`${worker.internalOrigin()}/readyz`),
    metrics: async () => (await fetch(`${worker.internalOrigin()}/metrics`)).text(),
  };
}

/** All events of one type that were announced, in no order between partitions. */
export async function announced<T extends DomainEvent['type']>(
  { redis, names }: World,
  type: T,
): Promise<Extract<DomainEvent, { type: T }>[]> {
  const found: DomainEvent[] = [];
  for (let partition = 0; partition < 16; partition += 1) {
    for (const [, fields] of await redis.xrange(names.events(partition), '-', '+')) {
      found.push(...(JSON.parse(fields[fields.indexOf('events') + 1] ?? '[]') as DomainEvent[]));
    }
  }
  return found.filter((event): event is Extract<DomainEvent, { type: T }> => event.type === type);
}
