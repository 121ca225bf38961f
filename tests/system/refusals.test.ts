import { createSign, generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  call,
  connect,
  hears,
  newMessageId,
  originOfRun,
  type Person,
  signIn,
  type WireSocket,
} from '../stack/wire-client.ts';

let john: Person;
let sarah: Person;
let peter: Person;
let chatRoomId: string;
const open: WireSocket[] = [];

async function socketOf(person: Person): Promise<WireSocket> {
  const wire = await connect(person);
  open.push(wire);
  return wire;
}

beforeAll(async () => {
  [john, sarah, peter] = (await Promise.all(['john', 'sarah', 'peter'].map((name) => signIn(name)))) as [
    Person,
    Person,
    Person,
  ];
  const { body } = await call(john, 'POST /api/message/chat-room', { participantId: sarah.user.id });
  chatRoomId = body.chatRoom.id;
});
afterEach(() => {
  for (const wire of open.splice(0)) wire.close();
});

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Tokens that must not let anybody in. */
function forgedTokens(): Record<string, string> {
  const [header = '', claims = '', signature = ''] = john.accessToken.split('.');
  const stolen = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signed = `${header}.${claims}`;
  const foreign = createSign('sha256')
    .update(signed)
    .sign({ key: privateKey, dsaEncoding: 'ieee-p1363' })
    .toString('base64url');
  return {
    none: `${encode({ alg: 'none', typ: 'at+jwt' })}.${claims}.`,
    'another key': `${signed}.${foreign}`,
    'changed claims': `${header}.${encode({ ...stolen, role: 'admin' })}.${signature}`,
    truncated: john.accessToken.slice(0, -8),
    nonsense: 'not a token',
    empty: '',
  };
}

describe('a forged token', () => {
  it.each(['none', 'another key', 'changed claims', 'truncated', 'nonsense', 'empty'])(
    'with %s, is refused alike by HTTP and by socket',
    async (kind) => {
      const accessToken = forgedTokens()[kind] ?? '';
      for (const route of ['GET /api/messages', 'GET /api/auth/me', 'GET /api/directory/people']) {
        const { status, body } = await call({ ...john, accessToken }, route);
        expect([status, body.error.code]).toEqual([401, 'UNAUTHENTICATED']);
      }
      await expect(connect({ accessToken })).rejects.toMatchObject({ ok: false, error: { code: 'UNAUTHENTICATED' } });
    },
  );
});

describe('a socket that misbehaves', () => {
  it.each([
    ['an unknown event', 'launchMissiles', {}, 'VALIDATION_FAILED'],
    ['no payload', 'joinRoom', undefined, 'VALIDATION_FAILED'],
    ['a malformed id', 'joinRoom', { chatRoomId: 'nope' }, 'VALIDATION_FAILED'],
    ['an unknown field', 'markRead', () => ({ chatRoomId, upToSeq: 1, colour: 'red' }), 'VALIDATION_FAILED'],
    ['a seq of zero', 'markRead', () => ({ chatRoomId, upToSeq: 0 }), 'VALIDATION_FAILED'],
    ['a room that is not there', 'joinRoom', 'ffffffffffffffffffffffff', 'NOT_FOUND'],
    ['an empty message', 'sendMessage', () => ({ chatRoomId, content: ' ' }), 'VALIDATION_FAILED'],
    [
      'a message for another sender',
      'sendMessage',
      () => ({ chatRoomId, content: 'hi', senderId: sarah.user.id }),
      'FORBIDDEN',
    ],
    [
      'an untrue receiver',
      'sendMessage',
      () => ({ chatRoomId, content: 'hi', receiverId: john.user.id }),
      'VALIDATION_FAILED',
    ],
    [
      'a system message',
      'sendMessage',
      () => ({ chatRoomId, content: 'hi', messageType: 'system' }),
      'VALIDATION_FAILED',
    ],
    ['100 KB', 'sendMessage', () => ({ chatRoomId, content: 'x'.repeat(100_000) }), 'PAYLOAD_TOO_LARGE'],
    [
      'too many rooms',
      'resume',
      { rooms: Object.fromEntries(Array.from({ length: 201 }, (_, i) => [i.toString(16).padStart(24, '0'), 0])) },
      'VALIDATION_FAILED',
    ],
    ['another person’s token', 'refreshSession', () => ({ token: sarah.accessToken }), 'FORBIDDEN'],
  ])('with %s, gets an error and stays connected', async (...[, event, payload, code]) => {
    const wire = await socketOf(john);
    const answer = await wire.emit(event, typeof payload === 'function' ? payload() : payload);
    expect([answer.ok, answer.error.code, typeof answer.error.requestId]).toEqual([false, code, 'string']);
    expect((await wire.emit('joinRoom', { chatRoomId })).ok).toBe(true);
  });

  it('when it sends garbage or floods, its neighbours do not notice', async () => {
    const [victim, neighbour] = await Promise.all([socketOf(john), socketOf(sarah)]);
    victim.socket.io.engine.write('4garbage' as never);
    victim.socket.io.engine.write('42["sendMessage"' as never);
    const flood = await socketOf(peter);
    const answers = await Promise.all(
      Array.from({ length: 400 }, () =>
        flood.emit('joinRoom', 'ffffffffffffffffffffffff').catch(() => ({ ok: false })),
      ),
    );
    expect(answers.every((answer) => !answer.ok)).toBe(true);
    const text = `still here ${newMessageId()}`;
    expect((await call(john, 'POST /api/messages', { to: sarah.user.id, text })).status).toBe(201);
    await hears(neighbour, text);
  });

  it('when it sends faster than people write, is told when to come back', async () => {
    const wire = await socketOf(sarah);
    const answers = await Promise.all(
      Array.from({ length: 70 }, (_, index) => wire.emit('sendMessage', { chatRoomId, content: `fast ${index}` })),
    );
    const refused = answers.filter((answer) => !answer.ok);
    expect(refused.length).toBeGreaterThan(0);
    for (const { error } of refused) expect([error.code, error.retryAfterMs > 0]).toEqual(['RATE_LIMITED', true]);
  });

  it('when a person opens an eleventh socket, that one is refused', async () => {
    const person = await signIn('tom');
    for (let index = 0; index < 10; index += 1) await socketOf(person);
    await expect(connect(person)).rejects.toMatchObject({ error: { code: 'RATE_LIMITED' } });
  });
});

describe('a door that is closed', () => {
  it('when the pair may not write, every door says so', async () => {
    const doors = [
      () => call(peter, 'POST /api/messages', { to: john.user.id, text: 'hello' }),
      () => call(peter, 'POST /api/message/chat-room', { participantId: john.user.id }),
    ];
    for (const door of doors) {
      const { status, body } = await door();
      expect([status, body.error.code, body.error.details.reason]).toEqual([
        403,
        'MESSAGING_NOT_ALLOWED',
        'NOT_RELATED',
      ]);
    }
    const { body } = await call(peter, 'GET /api/directory/people');
    expect(body.people.map((person: { id: string }) => person.id)).not.toContain(john.user.id);
  });

  it('when a room is somebody else’s, every door says that there is none', async () => {
    const wire = await socketOf(peter);
    const unknown = 'eeeeeeeeeeeeeeeeeeeeeeee';
    const doors: ((room: string) => Promise<{ code: string; message: string }>)[] = [
      async (room) => (await call(peter, `GET /api/message/chat-room/${room}/messages`)).body.error,
      async (room) => (await call(peter, 'POST /api/message/message', { chatRoomId: room, content: 'hi' })).body.error,
      async (room) => (await wire.emit('joinRoom', { chatRoomId: room })).error,
      async (room) => (await wire.emit('sendMessage', { chatRoomId: room, content: 'hi' })).error,
      async (room) => (await wire.emit('markRead', { chatRoomId: room, upToSeq: 1 })).error,
    ];
    for (const door of doors) {
      const [foreign, nothing] = await Promise.all([door(chatRoomId), door(unknown)]);
      expect({ ...foreign, requestId: '' }).toEqual({ ...nothing, requestId: '' });
      expect(foreign.code).toBe('NOT_FOUND');
    }
  });
});

describe('a session that ends', () => {
  it('when somebody signs out, their sockets close within a second and their token opens nothing', async () => {
    const person = await signIn('alex');
    const wire = await socketOf(person);
    const closed = new Promise<number>((resolve) => {
      const startedAt = performance.now();
      wire.socket.once('disconnect', () => resolve(performance.now() - startedAt));
    });
    expect((await call(person, 'POST /api/auth/logout')).status).toBe(204);
    expect(await closed).toBeLessThan(1000);
    expect(wire.all('sessionEnded')).toEqual([{ reason: 'signed-out' }]);
    for (const route of ['GET /api/messages', 'GET /api/auth/me']) {
      const { status, body } = await call(person, route);
      expect([status, body.error.code]).toEqual([401, 'SESSION_ENDED']);
    }
    await expect(connect(person)).rejects.toMatchObject({ error: { code: 'SESSION_ENDED' } });
  });
});

describe('the front door', () => {
  it('when an address leads nowhere, says so in the contract’s words', async () => {
    for (const route of ['GET /api/nothing', 'POST /api/nothing', 'DELETE /api/messages']) {
      const { status, body } = await call(john, route);
      expect([status, body.error.code]).toEqual([404, 'NOT_FOUND']);
    }
  });

  it('when a page of another origin connects, it is refused', async () => {
    const { io } = await import('socket.io-client');
    const socket = io(originOfRun(), {
      transports: ['websocket'],
      auth: { token: john.accessToken },
      extraHeaders: { origin: 'https://elsewhere.example' },
      reconnection: false,
      forceNew: true,
    });
    const refusal = await new Promise((resolve) =>
      socket.once('connect_error', (error: Error & { data?: unknown }) => resolve(error.data)),
    );
    socket.disconnect();
    expect(refusal).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
  });

  it('when a service’s internal port is asked for from outside, there is nothing', async () => {
    for (const path of ['/metrics', '/readyz', '/livez', '/session-endings', '/rebalance']) {
      const response = await fetch(`${originOfRun()}${path}`);
      expect(await response.text()).not.toMatch(/hallway_|"status"|endings/);
    }
  });
});
