import { allPartitions, createBusNames } from '@hallway/bus';
import type { PublicUser } from '@hallway/contracts';
import { eventually, type OwnRedis, startOwnRedis } from '@hallway/testkit';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MessageFixture, startMessageFixture } from './message-fixture.ts';
import { openAsk } from './open-ask.ts';
import { withRooms } from './rooms-fixture.ts';

let fixture: MessageFixture;
let redis: OwnRedis;

beforeAll(async () => {
  redis = await startOwnRedis();
  fixture = await startMessageFixture({ REDIS_URL: redis.url, QUEUE_REDIS_URL: redis.url });
});
afterAll(async () => {
  await fixture?.stop();
  await redis?.remove();
});

async function pair() {
  const a = await fixture.school.person('admin');
  const b = await fixture.school.person('student');
  return [a, b] as const;
}
const send = (from: PublicUser, to: PublicUser, text: string) =>
  fixture.call(from, 'POST /api/messages', { to: to.id, text, clientMessageId: text });

/** As a client that comes back to a gateway. */
async function resume({ id }: PublicUser, rooms: Record<string, number>, changedSince?: string) {
  const gateway = await openAsk(fixture);
  try {
    const question = { userId: id, rooms, ...(changedSince === undefined ? {} : { changedSince }) };
    return await eventually(() => gateway.ask('rooms.resume', question), { withinMs: 15_000 });
  } finally {
    gateway.close();
  }
}

/** All that was ever announced, as text. */
async function readEvents(client: Redis): Promise<string> {
  const names = createBusNames(fixture.config.REDIS_PREFIX);
  const entries = await Promise.all(allPartitions.map((partition) => client.xrange(names.events(partition), '-', '+')));
  return entries.flatMap((some) => some.map(([, fields]) => fields[fields.indexOf('events') + 1])).join('\n');
}

describe('the HTTP door while Redis is away', () => {
  it('when a message is sent, commits it directly, repeats and reads included; on return the stream goes on with the next number', async () => {
    const [a, b] = await pair();
    expect((await send(a, b, 'one')).body.message.seq).toBe(1);
    await redis.kill();
    await eventually(async () => expect((await send(a, b, 'two')).status).toBe(201), { withinMs: 10_000 });
    expect((await send(a, b, 'two')).status).toBe(200);
    // A process that is restarted because a store is away would be away as well.
    expect((await fetch(`${fixture.services[0]?.internalUrl}/livez`)).status).toBe(200);
    const history = await fixture.call(b, `GET /api/messages/${a.id}`);
    expect(history.body.messages.map((message: { text: string }) => message.text)).toEqual(['one', 'two']);
    expect((await fixture.call(b, 'GET /api/messages')).body.conversations[0].lastMessage.content).toBe('two');
    const mark = await fixture.call(b, `POST /api/messages/${a.id}/read`, {});
    expect([mark.status, mark.body.error.code]).toEqual([503, 'TEMPORARILY_UNAVAILABLE']);
    await redis.start();
    await eventually(async () => expect((await send(b, a, 'three')).body.message?.seq).toBe(3), { withinMs: 15_000 });
    await eventually(async () => {
      const { body } = await fixture.call(a, 'GET /api/messages');
      expect(body.conversations[0]).toMatchObject({ lastReadSeq: 2, unread: 1 });
    });
  });

  it('when messages are stored, announces them once Redis is back, but none of a room that hides its past', async () => {
    const [a, b] = await pair();
    const rooms = withRooms(fixture);
    const hiding = await rooms.group(a, [b], { historyFrom: 'joined' });
    const open = await rooms.group(a, [b]);
    const { body } = await rooms.send(a, hiding, 'before');
    const announced = () => redis.withClient((client) => readEvents(client));
    async function isAnnounced(text: string): Promise<boolean> {
      await redis.kill();
      // A send that was on its way as Redis went is committed, and announced, when it is back: not this one.
      await eventually(async () => expect((await rooms.send(a, open, 'until it is known')).status).toBe(201));
      expect((await rooms.send(a, hiding, `${text}, hidden`)).status).toBe(201);
      expect((await fixture.call(a, `DELETE /api/message/message/${body.message.id}`)).status).toBe(200);
      expect((await rooms.send(a, open, text)).status).toBe(201);
      await redis.start();
      const found = eventually(async () => expect(await announced()).toContain(`"${text}"`), { withinMs: 8000 });
      return await found.then(
        () => true,
        () => false,
      );
    }
    // What is older than five seconds when Redis is back is left to a resume: a machine that stood still may have more tries.
    const tries = ['while away', 'while away again', 'while away once more'];
    let found = false;
    for (let at = 0; at < tries.length && !found; at += 1) found = await isAnnounced(tries[at] ?? '');
    expect(found).toBe(true);
    expect(await announced()).not.toContain(', hidden');
    expect(await announced()).not.toContain('deletedAt":"');
  });

  it('when messages are edited and deleted, stores that, and others learn of it by resuming once Redis is back', async () => {
    const [a, b] = await pair();
    const sent = [];
    for (const text of ['to-edit', 'to-delete', 'to-leave']) sent.push((await send(a, b, text)).body.message);
    const [toEdit, toDelete] = sent;
    const { asOf } = await resume(b, { [toEdit.chatRoomId]: 3 });
    await redis.kill();
    const edited = await eventually(
      async () => {
        const answer = await fixture.call(a, `PATCH /api/message/message/${toEdit.id}`, { content: 'edited' });
        expect(answer.status).toBe(200);
        return answer.body.message;
      },
      { withinMs: 10_000 },
    );
    expect(edited).toMatchObject({ content: 'edited', editedAt: expect.any(String) });
    const deleted = (await fixture.call(a, `DELETE /api/message/message/${toDelete.id}`)).body.message;
    expect(deleted).toMatchObject({ content: '', deletedAt: expect.any(String) });
    const refused = await fixture.call(b, `PATCH /api/message/message/${toEdit.id}`, { content: 'mine now' });
    expect([refused.status, refused.body.error.code]).toEqual([403, 'FORBIDDEN']);
    const history = await fixture.call(b, `GET /api/messages/${a.id}`);
    expect(history.body.messages.map(({ text }: { text: string }) => text)).toEqual(['edited', '', 'to-leave']);

    await redis.start();
    const { rooms } = await resume(b, { [toEdit.chatRoomId]: 3 }, asOf);
    const changed = rooms[toEdit.chatRoomId]?.changed?.toSorted((one, other) => one.seq - other.seq);
    expect(changed).toEqual([edited, deleted]);
    await eventually(
      async () => {
        const again = await fixture.call(a, `PATCH /api/message/message/${toEdit.id}`, { content: 'and again' });
        expect(again.body.message?.content).toBe('and again');
      },
      { withinMs: 15_000 },
    );
  });

  it('when Redis is emptied under it, heals and stores every send once', async () => {
    const [a, b] = await pair();
    await send(a, b, 'first');
    await redis.withClient((client) => client.flushall());
    await eventually(async () => expect((await send(a, b, 'second')).body.message?.seq).toBe(2), { withinMs: 15_000 });
    const history = await fixture.call(b, `GET /api/messages/${a.id}`);
    expect(history.body.messages.map((message: { text: string }) => message.text)).toEqual(['first', 'second']);
  });

  it('when Redis is emptied before a read mark came to MongoDB, nobody has to read again', async () => {
    const [a, b] = await pair();
    await send(a, b, 'first');
    const { body } = await fixture.call(b, `POST /api/messages/${a.id}/read`, {});
    expect(body.unread).toBe(0);
    // No worker runs here: the mark waits in Redis alone, and so does the sender's own.
    await redis.withClient((client) => client.flushall());
    const unreadOf = async (user: PublicUser) => {
      const { conversations } = (await fixture.call(user, 'GET /api/messages')).body;
      return conversations[0].unread;
    };
    await eventually(async () => expect([await unreadOf(a), await unreadOf(b)]).toEqual([0, 0]));
  });
});
