import { randomUUID } from 'node:crypto';
import { allPartitions, createBusNames, createCommandLog, partitionOf } from '@hallway/bus';
import type { PublicUser, SendCommand } from '@hallway/contracts';
import { createRedis } from '@hallway/platform';
import { captureLog, eventually, quickest } from '@hallway/testkit';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toFingerprint } from '../src/messages/message-record.ts';
import { newObjectId, toObjectId } from '../src/object-ids.ts';
import { createPartitionLeases } from '../src/partitions/partition-leases.ts';
import { type MessageFixture, startMessageFixture } from './message-fixture.ts';

let fixture: MessageFixture;
let redis: Redis;
let append: (command: SendCommand) => Promise<void>;

beforeAll(async () => {
  fixture = await startMessageFixture();
  redis = createRedis({ url: fixture.config.REDIS_URL, log: captureLog().log, role: 'test', kind: 'blocking' });
  await redis.ping();
  append = createCommandLog({ redis, names: createBusNames(fixture.config.REDIS_PREFIX) });
});
afterAll(async () => {
  redis?.disconnect();
  await fixture?.stop();
});

async function freshRoom() {
  const a = await fixture.school.person('student');
  const b = await fixture.school.person('student');
  await fixture.school.course({ [a.id]: 'student', [b.id]: 'student' });
  const { body } = await fixture.call(a, 'POST /api/message/chat-room', { participantId: b.id });
  return { a, b, chatRoomId: body.chatRoom.id as string };
}

function command(sender: PublicUser, chatRoomId: string, overrides: Partial<SendCommand> = {}): SendCommand {
  return {
    requestId: randomUUID(),
    origin: 'nobody',
    answer: 'reply',
    senderId: sender.id,
    senderRole: sender.role,
    chatRoomId,
    content: 'hello',
    messageType: 'text',
    clientMessageId: randomUUID(),
    mayBeRepeat: true,
    submittedAt: new Date().toISOString(),
    ...overrides,
  };
}

const stored = async (chatRoomId: string) =>
  fixture.connection
    .collection('messages')
    .find({ roomId: toObjectId(chatRoomId) })
    .sort({ seq: 1 })
    .toArray();

const expectContiguous = async (chatRoomId: string, count: number) => {
  const messages = await stored(chatRoomId);
  expect(messages.map((message) => message.seq)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  return messages;
};

/** A message as another owner of the partition would have stored it, behind this service's back. */
interface Behind {
  seq: number;
  clientMessageId?: string;
}

async function storeBehind(sender: PublicUser, chatRoomId: string, { seq, clientMessageId = randomUUID() }: Behind) {
  const send = { content: 'hello', messageType: 'text' as const };
  await fixture.connection.collection('messages').insertOne({
    _id: newObjectId(),
    roomId: toObjectId(chatRoomId),
    seq,
    senderId: toObjectId(sender.id),
    senderRole: sender.role,
    receiverId: null,
    receiverRole: null,
    ...send,
    clientMessageId,
    fingerprint: toFingerprint(send),
    createdAt: new Date(),
  });
}

describe('the commit of a batch', () => {
  it('when two hundred sends to one room arrive at once, numbers them contiguously in the order of the stream', async () => {
    const { a, b, chatRoomId } = await freshRoom();
    const sends = Array.from({ length: 200 }, (_, index) =>
      command(index % 2 ? a : b, chatRoomId, { content: `n${index}` }),
    );
    await Promise.all(sends.map(append));
    await eventually(async () => {
      const messages = await expectContiguous(chatRoomId, 200);
      expect(messages.map((message) => message.content)).toEqual(sends.map((send) => send.content));
    });
  });

  it('when another owner took the next numbers, numbers the losers again and stays contiguous', async () => {
    const { a, b, chatRoomId } = await freshRoom();
    await append(command(a, chatRoomId));
    await eventually(() => expectContiguous(chatRoomId, 1));
    await storeBehind(b, chatRoomId, { seq: 2 });
    await storeBehind(b, chatRoomId, { seq: 3 });
    await Promise.all([append(command(a, chatRoomId)), append(command(a, chatRoomId)), append(command(a, chatRoomId))]);
    await eventually(() => expectContiguous(chatRoomId, 6));
  });

  it('when a repeat is found only by the index, fills its number with a void message that has no content', async () => {
    const { a, b, chatRoomId } = await freshRoom();
    await append(command(a, chatRoomId));
    await eventually(() => expectContiguous(chatRoomId, 1));
    // The id is stored already, but the command claims that it cannot be a repeat, so that nobody looks for it.
    await storeBehind(b, chatRoomId, { seq: 2, clientMessageId: 'slipped-through' });
    const repeat = command(b, chatRoomId, { clientMessageId: 'slipped-through', mayBeRepeat: false });
    await Promise.all([append(repeat), append(command(a, chatRoomId)), append(command(a, chatRoomId))]);
    await eventually(async () => {
      const messages = await stored(chatRoomId);
      const ids = messages.filter((message) => !message.isVoid).map((message) => message.clientMessageId);
      expect(ids).toHaveLength(4);
      expect(new Set(ids).size).toBe(4);
      expect(messages.map((message) => message.seq)).toEqual(messages.map((_, index) => index + 1));
    });
    const history = await fixture.call(a, `GET /api/message/chat-room/${chatRoomId}/messages`);
    for (const message of history.body.messages.filter((one: { isVoid?: boolean }) => one.isVoid)) {
      expect(message).toMatchObject({ content: '', messageType: 'system' });
    }
  });

  it('when a writer died between its messages, gives the numbers it left out to the next ones', async () => {
    const { a, b, chatRoomId } = await freshRoom();
    await storeBehind(b, chatRoomId, { seq: 2 });
    await storeBehind(b, chatRoomId, { seq: 4 });
    await Promise.all([append(command(a, chatRoomId)), append(command(a, chatRoomId)), append(command(a, chatRoomId))]);
    await eventually(() => expectContiguous(chatRoomId, 5));
  });

  it('when a malformed command lies in the stream, drops it with a log line and goes on', async () => {
    const { a, chatRoomId } = await freshRoom();
    const names = createBusNames(fixture.config.REDIS_PREFIX);
    await redis.xadd(names.commands(partitionOf(chatRoomId)), '*', 'command', '{"broken":');
    await append(command(a, chatRoomId));
    await eventually(() => expectContiguous(chatRoomId, 1));
    expect(fixture.services[0]?.captured.lines.some((line) => line.message === 'malformed commands were dropped')).toBe(
      true,
    );
    await eventually(async () => expect(await redis.xlen(names.commands(partitionOf(chatRoomId)))).toBe(0));
  });

  it('when a dead owner left commands pending, the next owner stores them first, once, and announces them', async () => {
    const { a, chatRoomId } = await freshRoom();
    const names = createBusNames(fixture.config.REDIS_PREFIX);
    const stream = names.commands(partitionOf(chatRoomId));
    await fixture.services[0]?.stop();
    await redis.set(names.partitionLease(partitionOf(chatRoomId)), 'a-dead-owner', 'PX', 1500);
    const left = command(a, chatRoomId, { content: 'left behind', answer: 'event', origin: 'gateway-x' });
    await append(left);
    await redis.xreadgroup('GROUP', 'owners', 'a-dead-owner', 'COUNT', 10, 'STREAMS', stream, '>');
    await storeBehind(a, chatRoomId, { seq: 1, clientMessageId: left.clientMessageId });
    await fixture.connection
      .collection('messages')
      .updateOne(
        { clientMessageId: left.clientMessageId },
        { $set: { content: left.content, fingerprint: toFingerprint(left) } },
      );
    await fixture.startAnother();
    await append(command(a, chatRoomId, { content: 'newer' }));
    await eventually(
      async () => {
        const messages = await expectContiguous(chatRoomId, 2);
        expect(messages.map((message) => message.content)).toEqual(['left behind', 'newer']);
      },
      { withinMs: 8000 },
    );
    const events = await redis.xrange(names.events(partitionOf(chatRoomId)), '-', '+');
    const text = JSON.stringify(events);
    expect(text).toContain(left.requestId);
    await eventually(async () => expect(await redis.xlen(stream)).toBe(0));
  });
});

describe('two message services', () => {
  it('when both are up, they share the partitions; when one stops, the other has all at once', async () => {
    const first = fixture.services.find((service) => service.ownedPartitions().length > 0);
    const second = await fixture.startAnother();
    await eventually(
      () => {
        const [mine, theirs] = [first?.ownedPartitions() ?? [], second.ownedPartitions()];
        expect(mine.length).toBeGreaterThan(0);
        expect(theirs.length).toBeGreaterThan(0);
        expect([...mine, ...theirs].sort((x, y) => x - y)).toEqual(Array.from({ length: 16 }, (_, index) => index));
      },
      { withinMs: 10_000 },
    );
    await second.stop();
    await eventually(() => expect(first?.ownedPartitions()).toHaveLength(16), { withinMs: 2000 });
    const { requests, commands } = createBusNames(fixture.config.REDIS_PREFIX);
    const groups = [
      [requests, 'message-services'] as const,
      ...allPartitions.map((p) => [commands(p), 'owners'] as const),
    ];
    const consumers = await Promise.all(groups.map(([stream, group]) => redis.xinfo('CONSUMERS', stream, group)));
    expect(JSON.stringify(consumers), 'an orderly stop leaves no name behind').not.toContain(second.instance);
  });

  it('when one dies with its leases, the other has all within five seconds', async () => {
    const first = fixture.services.find((service) => service.ownedPartitions().length > 0);
    const names = createBusNames(fixture.config.REDIS_PREFIX);
    async function takeOverMs(): Promise<number> {
      const dying = createPartitionLeases({ redis, names, instance: `dies-${randomUUID()}` });
      await eventually(
        async () => {
          expect(await dying.hold(await dying.beat())).not.toEqual([]);
          expect(first?.ownedPartitions().length).toBeLessThan(16);
        },
        { everyMs: 200 },
      );
      const diedAt = performance.now();
      await eventually(() => expect(first?.ownedPartitions()).toHaveLength(16), { everyMs: 20 });
      return performance.now() - diedAt;
    }
    expect(await quickest(5000, takeOverMs)).toBeLessThan(5000);
  });

  it('when sends go on while one comes and goes, every room stays contiguous and nothing is doubled', async () => {
    const rooms = await Promise.all(Array.from({ length: 4 }, freshRoom));
    const sends: SendCommand[] = [];
    const write = async () => {
      for (let round = 0; round < 60; round += 1) {
        const batch = rooms.map(({ a, chatRoomId }) => command(a, chatRoomId));
        sends.push(...batch);
        await Promise.all([...batch, ...batch].map(append));
      }
    };
    const writing = write();
    const another = await fixture.startAnother();
    await writing;
    await another.stop();
    await eventually(
      async () => {
        for (const { chatRoomId } of rooms) {
          const messages = await stored(chatRoomId);
          const real = messages.filter((message) => !message.isVoid);
          expect(real).toHaveLength(60);
          expect(new Set(real.map((message) => message.clientMessageId)).size).toBe(60);
          expect(messages.map((message) => message.seq)).toEqual(messages.map((_, index) => index + 1));
        }
      },
      { withinMs: 20_000 },
    );
  });
});
