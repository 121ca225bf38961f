import { randomUUID } from 'node:crypto';
import {
  allPartitions,
  type CommandEntry,
  createBusNames,
  createCommandReader,
  createEventLog,
  createLoop,
  createReplyPublisher,
  createRequestServer,
  partitionOf,
} from '@hallway/bus';
import type { ChatRoom, DomainEvent, DomainEventData, RoomMessage, SendCommand } from '@hallway/contracts';
import { limits, toRoleModel } from '@hallway/contracts';
import { AppError, createRedis, type Log, waitForRedis } from '@hallway/platform';
import { randomId } from './random-id.ts';

interface StoredRoom {
  room: ChatRoom;
  members: Set<string>;
  messages: RoomMessage[];
  marks: Map<string, number>;
}

export interface MessageStandInOptions {
  redisUrl: string;
  prefix: string;
  log: Log;
}

/**
 * Speaks for the message service in the gateway's own tests: the same streams and answers, with rooms in memory. The
 * system tests meet the real one.
 */
export async function startMessageStandIn({ redisUrl, prefix, log }: MessageStandInOptions) {
  const names = createBusNames(prefix);
  const redis = createRedis({ url: redisUrl, log, role: 'test-message', kind: 'commands' });
  const requestsBlocking = createRedis({ url: redisUrl, log, role: 'test-requests', kind: 'blocking' });
  const commandsBlocking = createRedis({ url: redisUrl, log, role: 'test-commands', kind: 'blocking' });
  await Promise.all([redis, requestsBlocking, commandsBlocking].map((client) => waitForRedis(client)));
  const publishAnswers = createReplyPublisher({ redis, names, log });
  const appendEvents = createEventLog({ redis, names });
  const consumer = randomUUID();
  const rooms = new Map<string, StoredRoom>();
  const strangers = new Set<string>();
  /** Whether the policy lets these two message each other. */
  const arePair = (one: string, other: string) => !strangers.has(one) && !strangers.has(other);
  /** Run before a request is answered, so that a test can hold an answer back or refuse it. */
  let beforeAnswer: (name: string) => Promise<void> = async () => undefined;

  /** Run when a message is stored and not announced yet. */
  let beforeAnnouncing: () => Promise<void> = async () => undefined;

  function accessRoom(chatRoomId: string, userId: string): StoredRoom {
    const stored = rooms.get(chatRoomId);
    if (!stored?.members.has(userId)) throw new AppError({ code: 'NOT_FOUND' });
    return stored;
  }

  function catchUp({ messages, marks }: StoredRoom, userId: string, afterSeq: number | undefined) {
    const missing = afterSeq === undefined ? messages.slice(-50) : messages.slice(afterSeq);
    const brought = missing.slice(0, limits.catchUpMessages);
    const complete = afterSeq === undefined ? brought.length === messages.length : brought.length === missing.length;
    return { lastSeq: messages.length, lastReadSeq: marks.get(userId) ?? 0, messages: brought, complete };
  }

  const requests = createRequestServer({
    blocking: requestsBlocking,
    redis,
    names,
    log,
    consumer,
    publishAnswers,
    handlers: {
      'person.rooms': async ({ userId }) => {
        await beforeAnswer('person.rooms');
        const mine = [...rooms.values()].filter(({ members }) => members.has(userId));
        return { chatRoomIds: mine.map(({ room }) => room.id) };
      },
      'room.open': async ({ userId, chatRoomId, afterSeq }) => {
        await beforeAnswer('room.open');
        const stored = accessRoom(chatRoomId, userId);
        const memberIds = [...stored.members].filter((id) => id === userId || arePair(userId, id));
        return { chatRoom: stored.room, memberIds, ...catchUp(stored, userId, afterSeq) };
      },
      'rooms.resume': async ({ userId, rooms: wanted }) => {
        await beforeAnswer('rooms.resume');
        const mine = Object.entries(wanted).filter(([id]) => rooms.get(id)?.members.has(userId));
        const found = mine.map(([id, afterSeq]) => [id, catchUp(rooms.get(id)!, userId, afterSeq)] as const);
        const gone = Object.keys(wanted).filter((id) => !rooms.get(id)?.members.has(userId));
        return { rooms: Object.fromEntries(found), gone };
      },
      'room.mark-read': async ({ userId, chatRoomId, upToSeq }) => {
        const { messages, marks } = accessRoom(chatRoomId, userId);
        const lastReadSeq = Math.max(marks.get(userId) ?? 0, Math.min(upToSeq, messages.length));
        marks.set(userId, lastReadSeq);
        return { lastReadSeq, unread: messages.length - lastReadSeq };
      },
      'people.reachable': async ({ userIds }) => ({ userIds: userIds.filter((id) => !strangers.has(id)) }),
      'people.pairs': async ({ pairs }) => {
        await beforeAnswer('people.pairs');
        return { allowed: pairs.map(({ one, other }) => arePair(one, other)) };
      },
      'room.may-write': async ({ userId, chatRoomId }) => {
        const { room, members } = accessRoom(chatRoomId, userId);
        const isRefused = room.type === 'direct' && [...members].some((id) => strangers.has(id));
        if (isRefused) throw new AppError({ code: 'MESSAGING_NOT_ALLOWED', details: { reason: 'NOT_RELATED' } });
        return {};
      },
    },
  });

  function toMessage(command: SendCommand, stored: StoredRoom): RoomMessage {
    const receiverId = [...stored.members].find((id) => id !== command.senderId) ?? null;
    return {
      id: randomId(),
      chatRoomId: command.chatRoomId,
      seq: stored.messages.length + 1,
      senderId: command.senderId,
      senderModel: toRoleModel(command.senderRole),
      receiverId: stored.room.type === 'direct' ? receiverId : null,
      receiverModel: stored.room.type === 'direct' ? 'Student' : null,
      content: command.content,
      messageType: command.messageType,
      clientMessageId: command.clientMessageId,
      isRead: false,
      createdAt: new Date().toISOString(),
    };
  }

  async function commit({ command }: CommandEntry<SendCommand>): Promise<void> {
    const { requestId, origin, chatRoomId, senderId, clientMessageId } = command;
    const stored = rooms.get(chatRoomId);
    if (!stored?.members.has(senderId)) {
      return publishAnswers(origin, [{ requestId, ok: false, fault: { code: 'NOT_FOUND' } }]);
    }
    const repeat = stored.messages.find((m) => m.senderId === senderId && m.clientMessageId === clientMessageId);
    if (repeat) return publishAnswers(origin, [{ requestId, ok: true, value: { message: repeat, duplicate: true } }]);
    const message = toMessage(command, stored);
    stored.messages.push(message);
    await beforeAnnouncing();
    await announce('message.created', { message, roomType: stored.room.type, origin: { instance: origin, requestId } });
  }

  async function announce<T extends DomainEvent['type']>(type: T, data: DomainEventData<T>): Promise<DomainEvent> {
    const occurredAt = new Date().toISOString();
    const event = { id: randomUUID(), type, occurredAt, traceparent: null, data } as unknown as DomainEvent;
    await appendEvents([event]);
    return event;
  }

  const reader = createCommandReader({ blocking: commandsBlocking, redis, names, log, consumer });
  const prepare = () => Promise.all(allPartitions.map(reader.prepare)).then(() => undefined);
  const commands = createLoop({
    what: 'test commands',
    log,
    recover: prepare,
    step: async () => {
      const entries = await reader.readNew([...allPartitions], 500);
      for (const entry of entries) await commit(entry as CommandEntry<SendCommand>);
      await reader.done(entries);
    },
  });
  await prepare();
  commands.start();
  await requests.start();

  return {
    announce,
    /** Announces messages that fill a connection, `count` of them at the largest allowed size. */
    async announceMany(chatRoomId: string, count: number): Promise<void> {
      const stored = rooms.get(chatRoomId)!;
      const [senderId = ''] = stored.members;
      for (let sent = 0; sent < count; sent += 100) {
        const events = Array.from({ length: 100 }, (_, n): DomainEvent => {
          const message = { ...largeMessage(senderId, chatRoomId), seq: sent + n + 1 };
          const data = { message, roomType: stored.room.type };
          return { id: randomUUID(), type: 'message.created', occurredAt: message.createdAt, traceparent: null, data };
        });
        await appendEvents(events);
      }
    },
    /** Announces what no gateway of this version knows, in the room's partition. */
    async announceUnknown(chatRoomId: string, type: string): Promise<void> {
      const partition = partitionOf(chatRoomId);
      const position = await redis.incr(names.eventPosition(partition));
      const header = JSON.stringify({ rooms: [chatRoomId], users: [] });
      const events = JSON.stringify([{ id: randomUUID(), type, occurredAt: new Date().toISOString(), data: {} }]);
      await redis.xadd(names.events(partition), '*', 'position', position, 'header', header, 'events', events);
    },
    names,
    redis,
    strangers,
    rooms,
    holdAnswers(hold: (name: string) => Promise<void>): void {
      beforeAnswer = hold;
    },
    holdAnnouncements(hold: () => Promise<void>): void {
      beforeAnnouncing = hold;
    },
    /** A room that has been there before; nothing is announced. */
    addRoom(memberIds: string[], type: ChatRoom['type'] = 'direct'): string {
      const id = randomId();
      const createdAt = new Date().toISOString();
      const participantCount = memberIds.length;
      const room = { id, type, title: null, courseId: null, participants: [], participantCount, lastSeq: 0, createdAt };
      rooms.set(id, { room, members: new Set(memberIds), messages: [], marks: new Map() });
      return id;
    },
    async stop(): Promise<void> {
      await Promise.all([commands.stop(), requests.stop()]);
      for (const client of [redis, requestsBlocking, commandsBlocking]) client.disconnect();
    },
  };
}

function largeMessage(senderId: string, chatRoomId: string): RoomMessage {
  return {
    id: randomId(),
    chatRoomId,
    seq: 1,
    senderId,
    senderModel: 'Student',
    receiverId: null,
    receiverModel: null,
    content: 'x'.repeat(limits.contentLength),
    messageType: 'text',
    clientMessageId: randomId(),
    isRead: false,
    createdAt: new Date().toISOString(),
  };
}
