import { eventually, type OwnRedis, quickest, startOwnRedis } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Account, type Campus, startCampus, type WireSocket } from './campus.ts';

let campus: Campus;
let redis: OwnRedis;

beforeAll(async () => {
  redis = await startOwnRedis();
  campus = await startCampus({ redisUrl: redis.url });
});
afterAll(async () => {
  await campus?.stop();
  await redis?.remove();
});

/** `allowed`, the reason of a refusal, or its code where it gives no reason. */
const told = ({ ok, error }: { ok: boolean; error?: { code: string; details?: { reason?: string } } }) =>
  ok ? 'allowed' : (error?.details?.reason ?? error?.code ?? 'nothing');

async function ask(from: Account, route: string, body?: unknown): Promise<string> {
  const answer = await campus.call(from, route, body);
  return told({ ok: answer.status < 300, error: answer.body?.error });
}

async function findPeople(from: Account): Promise<string[]> {
  const { body } = await campus.call(from, 'GET /api/directory/people?limit=200');
  return body.people.map(({ id }: Account) => id);
}

/** A room of two, found where there is one; null where it cannot be opened. */
async function openRoom(from: Account, to: Account): Promise<string | null> {
  const { body } = await campus.call(from, 'POST /api/message/chat-room', { participantId: to.id });
  return body?.chatRoom?.id ?? null;
}

const byAdmin = async (account: Account, ...others: Account[]) => {
  const memberIds = others.map(({ id }) => id);
  const body = { type: 'group', title: 'A group', memberIds };
  return (await campus.call(account, 'POST /api/rooms', body)).body.chatRoom.id as string;
};

/**
 * Every way from one person to another, by name, each with what it answers. `roomId` is the room of the two where they have
 * one from better days.
 */
async function walkDoors(from: Account, to: Account, roomId: string | null): Promise<Record<string, string>> {
  const socket = await campus.connect(from);
  const other = await campus.connect(to);
  const group = await byAdmin(from, campus.admin);
  const seen = await socket.emit('watchPresence', { userIds: [to.id] });
  const explained = await campus.call(from, `GET /api/directory/people/${to.id}/may-message`);
  const inRoom = { chatRoomId: roomId, content: 'hello' };
  const answers = {
    'people search': (await findPeople(from)).includes(to.id) ? 'allowed' : 'absent',
    'may-message': explained.body.allowed ? 'allowed' : (explained.body.reason ?? explained.body.error.code),
    'send by person': await ask(from, 'POST /api/messages', { to: to.id, text: 'hello' }),
    'open a room': await ask(from, 'POST /api/message/chat-room', { participantId: to.id }),
    'make a group': await ask(from, 'POST /api/rooms', { type: 'group', title: 'Us', memberIds: [to.id] }),
    'add to a group': await ask(from, `POST /api/rooms/${group}/members`, { userIds: [to.id] }),
    'watch presence': seen.online.includes(to.id) ? 'allowed' : 'absent',
    ...(roomId === null
      ? { 'history by person': await ask(from, `GET /api/messages/${to.id}`) }
      : {
          'send by room': await ask(from, 'POST /api/message/message', inRoom),
          'send by socket': told(await socket.emit('sendMessage', inRoom)),
          'presence in a room': await seeInRoom(socket, roomId, to),
          'show typing': told(await socket.emit('typing', { chatRoomId: roomId })),
        }),
  };
  socket.close();
  other.close();
  return answers;
}

/** Whether somebody who opens the room of the two is told that the other is online. */
async function seeInRoom(socket: WireSocket, roomId: string, to: Account): Promise<string> {
  const { ok, online } = await socket.emit('joinRoom', roomId);
  return ok && online.includes(to.id) ? 'allowed' : 'absent';
}

const doorsThatSay = (reason: string) => ({
  'send by person': reason,
  'open a room': reason,
  'make a group': reason,
  'add to a group': reason,
});
const strangers = {
  ...doorsThatSay('NOT_RELATED'),
  'people search': 'absent',
  'may-message': 'NOT_FOUND',
  'watch presence': 'absent',
  'history by person': 'NOT_FOUND',
};

describe('two people whom the policy keeps apart', () => {
  it.each([
    ['maya', 'peter'],
    ['peter', 'john'],
    ['maria', 'peter'],
    ['maya', 'okafor'],
    ['okafor', 'tom'],
  ])('when %s looks for a way to %s of the demo campus, finds every door closed', async (one, other) => {
    const [from, to] = await Promise.all([campus.signIn(one), campus.signIn(other)]);
    expect(await walkDoors(from, to, null)).toEqual(strangers);
  });

  it.each([
    ['john', 'sarah'],
    ['chen', 'john'],
    ['maria', 'chen'],
    ['chen', 'okafor'],
    ['maria', 'john'],
    ['admin', 'peter'],
  ])('when %s may write to %s, finds every door open', async (one, other) => {
    const [from, to] = await Promise.all([campus.signIn(one), campus.signIn(other)]);
    const answers = await walkDoors(from, to, await openRoom(from, to));
    expect(Object.entries(answers).filter(([, answer]) => answer !== 'allowed')).toEqual([]);
  });
});

/** Two students of one course who have written to each other. */
async function classmates() {
  const [one, other] = await Promise.all([campus.account('student'), campus.account('student')]);
  const courseId = await campus.course();
  await campus.enrol(courseId, one.id, 'student');
  await campus.enrol(courseId, other.id, 'student');
  const roomId = await openRoom(one, other);
  expect(await ask(one, 'POST /api/messages', { to: other.id, text: 'hi' })).toBe('allowed');
  return { one, other, courseId, roomId: roomId! };
}

/** What the room itself says to somebody who would write in it. */
async function whyNot(person: Account, roomId: string): Promise<string | null> {
  const { body } = await campus.call(person, `GET /api/rooms/${roomId}`);
  return body.me.canWrite ? null : body.refusal.reason;
}

const closed = (reason: string, explained = reason) => ({
  ...doorsThatSay(reason),
  'people search': 'absent',
  'may-message': explained,
  'watch presence': 'absent',
  'send by room': reason,
  'send by socket': reason,
  'presence in a room': 'absent',
  'show typing': reason,
});

describe('two people who could write to each other until now', () => {
  it('when one blocks the other, find every door closed, and what was written open', async () => {
    const { one, other, roomId } = await classmates();
    expect((await campus.call(one, `PUT /api/directory/blocks/${other.id}`)).status).toBe(204);
    const after = await eventually(async () => {
      const answers = await walkDoors(other, one, roomId);
      expect(answers).toEqual(closed('NOT_RELATED'));
      return walkDoors(one, other, roomId);
    });
    expect(after).toEqual(closed('BLOCKED'));
    expect([await whyNot(one, roomId), await whyNot(other, roomId)]).toEqual(['BLOCKED', 'NOT_RELATED']);
    expect(await ask(other, `GET /api/messages/${one.id}`)).toBe('allowed');
  });

  it('when their course ended longer ago than its grace, can only read', async () => {
    const { one, other, roomId, courseId } = await classmates();
    const concludesAt = new Date(Date.now() - 15 * 24 * 3600 * 1000).toISOString();
    expect((await campus.call(campus.admin, `PATCH /api/admin/courses/${courseId}`, { concludesAt })).status).toBe(200);
    await eventually(async () => expect(await walkDoors(one, other, roomId)).toEqual(closed('READ_ONLY')));
    expect(await ask(one, `GET /api/messages/${other.id}`)).toBe('allowed');
  });

  it('when a guardianship ends, find every door closed', async () => {
    const [parent, child] = await Promise.all([campus.account('parent'), campus.account('student')]);
    await campus.guardian(parent.id, child.id);
    const roomId = await openRoom(parent, child);
    expect(await ask(parent, 'POST /api/messages', { to: child.id, text: 'hi' })).toBe('allowed');
    await campus.call(campus.admin, `DELETE /api/admin/guardians/${parent.id}/children/${child.id}`);
    // Who was a guardian once knows the child.
    await eventually(async () => expect(await walkDoors(parent, child, roomId)).toEqual(closed('NOT_RELATED')));
  });
});

const presenceOf = ({ heard }: WireSocket, person: Account) =>
  heard.flatMap(({ event, payload }) => {
    const { userId, online } = payload as { userId?: string; online?: boolean };
    return event === 'presence' && userId === person.id ? [online] : [];
  });

describe('what one hears of another', () => {
  it.each(['a block', 'the end of a course'])(
    'when %s comes between them, ends on sockets that heard it before',
    async (what) => {
      const { one, other, roomId, courseId } = await classmates();
      const [mine, theirs, control] = [
        await campus.connect(one),
        await campus.connect(other),
        await campus.connect(campus.admin),
      ];
      for (const socket of [theirs, control]) await socket.emit('watchPresence', { userIds: [one.id] });
      for (const socket of [mine, theirs]) await socket.emit('joinRoom', roomId);
      expect(told(await mine.emit('typing', { chatRoomId: roomId }))).toBe('allowed');
      await eventually(() => expect(theirs.heard.map(({ event }) => event)).toContain('typing'));
      if (what === 'a block') await campus.call(one, `PUT /api/directory/blocks/${other.id}`);
      else await campus.unenrol(courseId, other.id);
      await eventually(async () => {
        expect(told(await mine.emit('typing', { chatRoomId: roomId, isTyping: false }))).not.toBe('allowed');
      });
      const before = theirs.heard.length;
      await mine.emit('typing', { chatRoomId: roomId });
      mine.close();
      await eventually(() => expect(presenceOf(control, one)).toEqual([false]));
      await campus.connect(one);
      await eventually(() => expect(presenceOf(control, one)).toEqual([false, true]));
      // The same word was told to both, or to one of them; whatever was told is here with the next answer.
      await theirs.emit('leaveRoom', roomId);
      expect(theirs.heard.slice(before)).toEqual([]);
    },
  );
});

/** Ends an enrolment and measures until both the commit and the search say so, each over its own door. */
async function msUntilClosed({ one, other, courseId, roomId }: Awaited<ReturnType<typeof classmates>>) {
  const socket = await campus.connect(one);
  const send = () => socket.emit('sendMessage', { chatRoomId: roomId, content: 'still there?' });
  expect(told(await send())).toBe('allowed');
  expect(await findPeople(one)).toContain(other.id);
  const since = performance.now();
  await campus.unenrol(courseId, other.id);
  await Promise.all([
    eventually(async () => expect(told(await send())).toBe('NOT_RELATED'), { withinMs: 8000, everyMs: 70 }),
    eventually(async () => expect(await findPeople(one)).not.toContain(other.id), { withinMs: 8000, everyMs: 70 }),
  ]);
  socket.close();
  return performance.now() - since;
}

describe('an enrolment that ends', () => {
  it('when Redis answers, closes sending and searching within a second', async () => {
    expect(await quickest(1000, async () => msUntilClosed(await classmates()))).toBeLessThan(1000);
  });

  it('when Redis is away, closes both services within six seconds', async () => {
    const { one, other, courseId, roomId } = await classmates();
    const send = () => ask(one, 'POST /api/message/message', { chatRoomId: roomId, content: 'still there?' });
    await redis.kill();
    try {
      await eventually(async () => expect(await send()).toBe('allowed'), { withinMs: 10_000 });
      expect(await findPeople(one)).toContain(other.id);
      const since = performance.now();
      await campus.unenrol(courseId, other.id);
      await Promise.all([
        eventually(async () => expect(await send()).toBe('NOT_RELATED'), { withinMs: 8000, everyMs: 70 }),
        eventually(async () => expect(await findPeople(one)).not.toContain(other.id), { withinMs: 8000, everyMs: 70 }),
      ]);
      expect(performance.now() - since).toBeLessThan(6000);
    } finally {
      await redis.start();
      // All services are to be stopped with their connections, which takes them to be back.
      await eventually(async () => (await campus.connect(one)).close(), { withinMs: 15_000, everyMs: 200 });
      await eventually(
        async () =>
          expect(await ask(campus.admin, 'POST /api/messages', { to: one.id, text: 'hello' })).toBe('allowed'),
        { withinMs: 15_000 },
      );
    }
  });
});
