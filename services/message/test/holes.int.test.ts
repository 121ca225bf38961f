import { randomUUID } from 'node:crypto';
import { createBusNames } from '@hallway/bus';
import type { PublicUser, SendCommand } from '@hallway/contracts';
import { waitForRedis } from '@hallway/platform';
import { defaultPolicySettings } from '@hallway/policy';
import { captureLog, useTestEngines } from '@hallway/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConnections } from '../src/connections.ts';
import type { MessageDocument } from '../src/messages/message-record.ts';
import { toObjectId } from '../src/object-ids.ts';
import { buildUseCases } from '../src/use-cases.ts';
import { type MessageFixture, startMessageFixture } from './message-fixture.ts';

let fixture: MessageFixture;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  fixture = await startMessageFixture();
});
afterAll(async () => {
  for (const close of closing) await close();
  await fixture?.stop();
});

/** The commit of a process of its own on the fixture's stores: it shares no memory with the others. */
function buildWriter() {
  const { log } = captureLog();
  const connections = openConnections({ config: fixture.config, log });
  const names = createBusNames(`${useTestEngines().redisPrefix}`);
  const useCases = buildUseCases({ connections, names, settings: defaultPolicySettings, log, instance: randomUUID() });
  closing.push(async () => {
    await useCases.close();
    await connections.close();
  });
  return { ready: Promise.all([connections.mongo.ready(), waitForRedis(connections.redis)]), useCases };
}

async function freshRoom() {
  const a = await fixture.school.person('admin');
  const b = await fixture.school.person('admin');
  const { body } = await fixture.call(a, 'POST /api/message/chat-room', { participantId: b.id });
  return { a, b, chatRoomId: body.chatRoom.id as string };
}

function command(sender: PublicUser, chatRoomId: string, clientMessageId: string): SendCommand {
  return {
    requestId: randomUUID(),
    origin: 'nobody',
    answer: 'reply',
    senderId: sender.id,
    senderRole: sender.role,
    chatRoomId,
    content: `content of ${clientMessageId}`,
    messageType: 'text',
    clientMessageId,
    mayBeRepeat: true,
    submittedAt: new Date().toISOString(),
  };
}

describe('several writers of one room that know nothing of each other', () => {
  it('when sends are repeated and overlap in any way, every number up to the head is taken, and each send stands once', async () => {
    const writers = [buildWriter(), buildWriter(), buildWriter()];
    await Promise.all(writers.map((writer) => writer.ready));
    const turn = fc.record({
      writer: fc.nat(2),
      ids: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { minLength: 2, maxLength: 8 }), async (turns) => {
        const { a, chatRoomId } = await freshRoom();
        const used = new Set(turns.flatMap(({ ids }) => ids));
        await Promise.all(
          turns.map(({ writer, ids }) => {
            const sends = ids.map((id) => ({ command: command(a, chatRoomId, `id-${id}`), redelivered: false }));
            return writers[writer]?.useCases.commitMessages(sends);
          }),
        );
        const [room] = await fixture.connection
          .collection('rooms')
          .find({ _id: toObjectId(chatRoomId) })
          .toArray();
        const messages = await fixture.connection
          .collection<MessageDocument>('messages')
          .find({ roomId: toObjectId(chatRoomId) })
          .sort({ seq: 1 })
          .toArray();
        const upToHead = messages.filter((message) => message.seq <= room?.lastSeq);
        expect(upToHead.map((message) => message.seq)).toEqual(
          Array.from({ length: room?.lastSeq }, (_, index) => index + 1),
        );
        expect(upToHead.at(-1)?.isVoid, 'a void at the head would be an unread count for nothing').toBeUndefined();
        const ids = upToHead.filter((message) => !message.isVoid).map((message) => message.clientMessageId);
        expect(ids.sort()).toEqual([...used].map((id) => `id-${id}`).sort());
      }),
      { numRuns: 25 },
    );
  });

  it('when inserts fail half way, what is acknowledged later is still contiguous', async () => {
    const writer = buildWriter();
    await writer.ready;
    const { a, chatRoomId } = await freshRoom();
    const messages = fixture.connection.collection<MessageDocument>('messages');
    const commit = (id: string) =>
      writer.useCases.commitMessages([{ command: command(a, chatRoomId, id), redelivered: false }]);
    await commit('one');
    // What a writer leaves that died after the second of three inserts, long before it could move the head.
    const [first] = await messages.find({ roomId: toObjectId(chatRoomId) }).toArray();
    const left = { ...first, _id: toObjectId('a'.repeat(24)), seq: 4, clientMessageId: 'left' } as MessageDocument;
    await messages.insertOne(left);
    const other = buildWriter();
    await other.ready;
    await other.useCases.commitMessages([
      { command: { ...command(a, chatRoomId, 'left'), content: 'content of one' }, redelivered: true },
    ]);
    await commit('two');
    const seqs = (await messages.find({ roomId: toObjectId(chatRoomId) }).toArray()).map((message) => message.seq);
    const [room] = await fixture.connection
      .collection('rooms')
      .find({ _id: toObjectId(chatRoomId) })
      .toArray();
    expect(seqs.sort((x, y) => x - y)).toEqual(Array.from({ length: room?.lastSeq }, (_, index) => index + 1));
  });
});
