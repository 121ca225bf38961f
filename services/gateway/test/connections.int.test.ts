import { generateKeyPairSync } from 'node:crypto';
import { eventually } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Gateway } from '../src/app.ts';
import { ask, type Campus, type ConnectOptions, heardOf, startCampus, type TestClient } from './campus.ts';
import { randomId } from './random-id.ts';

let campus: Campus;

beforeAll(async () => {
  campus = await startCampus({ gateways: 2 });
});
afterAll(() => campus.stop());

/** What a refused client finds in `err.data`. */
async function refusalOf(options: ConnectOptions, person = campus.person()) {
  const refused = await campus.connect(person, options).then(
    () => new Error('it was let in'),
    (error: Error) => error,
  );
  return (refused as Error & { data?: unknown }).data;
}

function refusal(code: string) {
  const error = { code, message: expect.any(String), retryable: expect.any(Boolean), requestId: expect.any(String) };
  return { ok: false, error: expect.objectContaining(error) };
}

function unsigned(personId: string): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 600;
  const claims = { iss: 'http://hallway.test', aud: 'hallway', sub: personId, sid: randomId(), role: 'admin' };
  return `${encode({ alg: 'none', typ: 'at+jwt', kid: 'key-1' })}.${encode({ ...claims, name: 'x', iat: exp, exp })}.`;
}

/** A bare websocket that has said hello to Engine.IO but not to Socket.IO. */
async function rawSocket(gateway: Gateway = campus.gateways[0]!): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.ports().public}/socket.io/?EIO=4&transport=websocket`);
  await new Promise((resolve, reject) => {
    socket.once('message', resolve);
    socket.once('error', reject);
  });
  return socket;
}

async function rawConnected(): Promise<WebSocket> {
  const socket = await rawSocket();
  const answered = nextText(socket);
  socket.send(`40${JSON.stringify({ token: campus.auth.sign(campus.person()) })}`);
  expect(await answered).toMatch(/^40/);
  return socket;
}

function nextText(socket: WebSocket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('message', (data) => resolve(String(data)));
  });
}

function closed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
}

async function expectUndisturbed(neighbour: TestClient): Promise<void> {
  expect(neighbour.connected).toBe(true);
  expect(await ask(neighbour, 'leaveRoom', randomId())).toEqual({ ok: true });
}

describe('connecting', () => {
  it('with a valid token, connects', async () => {
    expect((await campus.connect(campus.person())).connected).toBe(true);
  });

  it.each([
    ['no token', () => ({ auth: {} })],
    ['a token that is no text', () => ({ auth: { token: { sub: 'x' } } })],
    ['words instead of a token', () => ({ token: 'let me in' })],
    ['alg none', () => ({ token: unsigned(randomId()) })],
    ['an expired token', () => ({ tokenOptions: { expiresInSeconds: -1 } })],
    ['another issuer', () => ({ tokenOptions: { issuer: 'http://elsewhere.test' } })],
    ['another audience', () => ({ tokenOptions: { audience: 'others' } })],
    ['another type', () => ({ tokenOptions: { typ: 'JWT' } })],
    ['an unknown key id', () => ({ tokenOptions: { kid: 'key-9' } })],
    ['another key', () => ({ tokenOptions: { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey } })],
  ] as [string, () => ConnectOptions][])('with %s, is refused as UNAUTHENTICATED', async (_what, options) => {
    expect(await refusalOf(options())).toEqual(refusal('UNAUTHENTICATED'));
  });

  it('with a session that ended, is refused as SESSION_ENDED', async () => {
    const person = campus.person();
    const sessionId = randomId();
    const ending = { userId: person.id, sessionId, reason: 'signed-out', endedAt: new Date().toISOString() };
    await campus.messages.redis.xadd(campus.messages.names.sessionEndings, '*', 'ending', JSON.stringify(ending));
    await eventually(async () => {
      expect(await refusalOf({ tokenOptions: { sessionId } }, person)).toEqual(refusal('SESSION_ENDED'));
    });
  });

  it('from the own origin, connects; from a foreign one, is refused as FORBIDDEN', async () => {
    const own = await campus.connect(campus.person(), { originHeader: 'http://hallway.test' });
    expect(own.connected).toBe(true);
    expect(await refusalOf({ originHeader: 'http://evil.test' })).toEqual(refusal('FORBIDDEN'));
    expect(await refusalOf({ originHeader: 'null' })).toEqual(refusal('FORBIDDEN'));
  });

  it('with more than ten sockets over both gateways, is refused as RATE_LIMITED until one has gone', async () => {
    const person = campus.person();
    const sockets = [];
    for (let n = 0; n < 10; n += 1) {
      sockets.push(await campus.connect(person, { gateway: campus.gateways[n % 2]! }));
    }
    for (const gateway of campus.gateways) {
      expect(await refusalOf({ gateway }, person)).toMatchObject({
        ok: false,
        error: { code: 'RATE_LIMITED', retryable: true, retryAfterMs: expect.any(Number) },
      });
    }
    sockets[0]!.disconnect();
    await eventually(async () => {
      expect((await campus.connect(person, { gateway: campus.gateways[1]! })).connected).toBe(true);
    });
  });

  it('by long polling, is refused, because only websockets are served', async () => {
    const answer = await fetch(
      `http://127.0.0.1:${campus.gateways[0]!.ports().public}/socket.io/?EIO=4&transport=polling`,
    );
    expect(answer.status).toBe(400);
  });

  it('to a full gateway, is refused as TEMPORARILY_UNAVAILABLE with a time', async () => {
    const gateway = await campus.startGateway({ CONNECTIONS_MAX: '1' });
    await campus.connect(campus.person(), { gateway });
    const answer = await refusalOf({ gateway });
    expect(answer).toMatchObject({ error: { code: 'TEMPORARILY_UNAVAILABLE', retryAfterMs: expect.any(Number) } });
  });
});

describe('a packet', () => {
  it('of 100 KB, is answered with PAYLOAD_TOO_LARGE and disturbs nobody', async () => {
    const socket = await campus.connect(campus.person());
    const neighbour = await campus.connect(campus.person());
    const answer = await ask(socket, 'sendMessage', { chatRoomId: randomId(), content: 'x'.repeat(100_000) });
    expect(answer).toEqual(refusal('PAYLOAD_TOO_LARGE'));
    const characters = await ask(socket, 'sendMessage', { chatRoomId: randomId(), content: '€'.repeat(30_000) });
    expect(characters).toEqual(refusal('PAYLOAD_TOO_LARGE'));
    await expectUndisturbed(socket);
    await expectUndisturbed(neighbour);
  });

  it('with 100 KB of binary, is answered with PAYLOAD_TOO_LARGE, and the next packet is read', async () => {
    const socket = await campus.connect(campus.person());
    const answer = await ask(socket, 'sendMessage', { chatRoomId: randomId(), content: Buffer.alloc(100_000) });
    expect(answer).toEqual(refusal('PAYLOAD_TOO_LARGE'));
    await expectUndisturbed(socket);
  });

  it('with 100 KB of words beside binary, is answered with PAYLOAD_TOO_LARGE, and the next packet is read', async () => {
    const socket = await campus.connect(campus.person());
    const content = { words: 'x'.repeat(100_000), files: [Buffer.from('one'), Buffer.from('two')] };
    const answer = await ask(socket, 'sendMessage', { chatRoomId: randomId(), content });
    expect(answer).toEqual(refusal('PAYLOAD_TOO_LARGE'));
    await expectUndisturbed(socket);
  });

  it('of 1.2 MB, ends its own connection and no other', async () => {
    const socket = await campus.connect(campus.person());
    const neighbour = await campus.connect(campus.person());
    const gone = new Promise((resolve) => socket.once('disconnect', resolve));
    socket.emit('sendMessage', { chatRoomId: randomId(), content: 'x'.repeat(1_200_000) });
    await gone;
    await expectUndisturbed(neighbour);
  });

  it('with an unknown event, is answered with VALIDATION_FAILED', async () => {
    const socket = await campus.connect(campus.person());
    for (const event of ['deleteEverything', '__proto__', 'error', 'constructor']) {
      expect(await ask(socket, event, {})).toEqual(refusal('VALIDATION_FAILED'));
    }
    await expectUndisturbed(socket);
  });

  it('without payload, with two, or with one of another kind, is answered with VALIDATION_FAILED', async () => {
    const socket = await campus.connect(campus.person());
    for (const args of [[], [{}, {}], ['text'], [7], [null], [[]], [{ chatRoomId: { $gt: '' }, content: 'x' }]]) {
      expect(await ask(socket, 'sendMessage', ...args)).toEqual(refusal('VALIDATION_FAILED'));
    }
    await expectUndisturbed(socket);
  });

  it('that wants no answer, crashes nothing when it is refused', async () => {
    const socket = await campus.connect(campus.person());
    socket.emit('sendMessage');
    socket.emit('sendMessage', { chatRoomId: 'x' }, 'not a function');
    socket.emit('nonsense', 1);
    await expectUndisturbed(socket);
  });

  it.each([
    ['an unknown type', '49["x"]'],
    ['broken JSON', '42["sendMessage",{'],
    ['an event that is none', '42{"a":1}'],
    ['a reserved name', '42["disconnect"]'],
    ['attachments without number', '45-["x"]'],
    ['nothing of Engine.IO', 'zzz'],
    ['an oversized acknowledgement', `43["${'x'.repeat(70_000)}"]`],
  ])('with %s, ends at most its own connection', async (_what, packet) => {
    const neighbour = await campus.connect(campus.person());
    const socket = await rawConnected();
    const gone = closed(socket);
    socket.send(packet);
    await gone;
    await expectUndisturbed(neighbour);
  });

  it('before saying who it is, ends its connection', async () => {
    const socket = await rawSocket();
    const gone = closed(socket);
    socket.send('42["sendMessage",{}]');
    await gone;
  });

  it('for another namespace, is refused and the connection is left without rights', async () => {
    const socket = await rawSocket();
    const answer = nextText(socket);
    socket.send('40/admin,{}');
    expect(await answer).toMatch(/^44\/admin,/);
    socket.close();
  });
});

describe('a connection that does not read', () => {
  it('is closed when too much waits for it, while others go on', async () => {
    const [slow, quick] = [campus.person(), campus.person()];
    const chatRoomId = campus.messages.addRoom([slow.id, quick.id], 'group');
    const stalled = await rawSocket();
    stalled.send(`40${JSON.stringify({ token: campus.auth.sign(slow) })}`);
    expect(await nextText(stalled)).toMatch(/^40/);
    const reader = await campus.connect(quick);
    stalled.pause();
    await campus.messages.announceMany(chatRoomId, 3000);
    await eventually(() => expect(heardOf(reader, 'new_message')).toHaveLength(3000), { withinMs: 10_000 });
    await eventually(
      async () => {
        const metrics = await fetch(`http://127.0.0.1:${campus.gateways[0]!.ports().internal}/metrics`);
        expect(await metrics.text()).toMatch(/hallway_slow_readers_total\{[^}]*\} 1/);
      },
      { withinMs: 10_000 },
    );
    stalled.terminate();
    await expectUndisturbed(reader);
  }, 30_000);
});

describe('a flood of events', () => {
  it('is answered with RATE_LIMITED, and the person can go on a moment later', async () => {
    const gateway = await campus.startGateway({ EVENT_BURST: '5', EVENTS_PER_SECOND: '20' });
    const socket = await campus.connect(campus.person(), { gateway });
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(socket, 'leaveRoom', randomId())));
    expect(answers.filter(({ ok }) => ok).length).toBeGreaterThanOrEqual(5);
    expect(answers.at(-1)).toEqual(refusal('RATE_LIMITED'));
    await eventually(async () => expect(await ask(socket, 'leaveRoom', randomId())).toEqual({ ok: true }));
  });
});

describe('a flood of oversized packets', () => {
  it('is paid for like any other event, and fills no log', async () => {
    const gateway = await campus.startGateway({ EVENT_BURST: '5', EVENTS_PER_SECOND: '1' });
    const person = campus.person();
    const socket = await campus.connect(person, { gateway });
    const oversized = { chatRoomId: randomId(), content: 'x'.repeat(70_000) };
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(socket, 'sendMessage', oversized)));
    const codes = answers.map(({ error }) => error.code);
    expect(codes.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => 'PAYLOAD_TOO_LARGE'));
    expect(codes.at(-1)).toBe('RATE_LIMITED');
    const mine = campus.lines.filter((line) => line.userId === person.id && line.code);
    expect(mine.map(({ code }) => code)).toEqual(['PAYLOAD_TOO_LARGE', 'RATE_LIMITED']);
  });
});

describe('the log', () => {
  it('tells of every refusal by whom and why, and never of what people wrote or hold', async () => {
    const person = campus.person();
    const token = campus.auth.sign(person);
    const socket = await campus.connect(person, { token });
    const secret = `secret-${randomId()}`;
    const chatRoomId = campus.messages.addRoom([person.id]);
    await ask(socket, 'sendMessage', { chatRoomId, content: secret });
    await ask(socket, 'sendMessage', { chatRoomId: 'x', content: secret });
    await ask(socket, 'sendMessage', { chatRoomId: randomId(), content: secret });
    await ask(socket, secret, { content: secret });
    await ask(socket, 'sendMessage', { content: secret + 'x'.repeat(70_000) });
    await refusalOf({ token: `${token}x` }, person);
    const raw = await rawConnected();
    const gone = closed(raw);
    raw.send(`42["sendMessage",{"content":"${secret}"`);
    await gone;
    const mine = campus.lines.filter((line) => line.userId === person.id && line.code);
    expect(mine.map(({ level, event, code }) => [level, event, code])).toEqual([
      ['warn', 'sendMessage', 'VALIDATION_FAILED'],
      ['info', 'sendMessage', 'NOT_FOUND'],
      ['warn', 'unknown', 'VALIDATION_FAILED'],
      ['warn', 'unknown', 'PAYLOAD_TOO_LARGE'],
    ]);
    expect(campus.lines).toContainEqual(expect.objectContaining({ message: 'a malformed packet ended its socket' }));
    const everything = JSON.stringify(campus.lines);
    expect(everything).not.toContain(secret);
    expect(everything).not.toContain(token.slice(-20));
  });
});

describe('HTTP', () => {
  it('anything but /socket.io, is NOT_FOUND', async () => {
    const answer = await fetch(`http://127.0.0.1:${campus.gateways[0]!.ports().public}/metrics`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });

  it('on the internal port, tells of readiness and counts connections by result', async () => {
    const base = `http://127.0.0.1:${campus.gateways[0]!.ports().internal}`;
    const ready = await fetch(`${base}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ status: 'ready', degraded: [] });
    await campus.connect(campus.person());
    await refusalOf({ token: 'x' });
    const text = await (await fetch(`${base}/metrics`)).text();
    expect(text).toMatch(/hallway_ws_connections\{[^}]*\} [1-9]/);
    expect(text).toMatch(/hallway_ws_connects_total\{result="ok"/);
    expect(text).toMatch(/hallway_ws_connects_total\{result="UNAUTHENTICATED"/);
    for (const name of ['hallway_message_ack_seconds', 'hallway_message_fanout_seconds', 'hallway_typing_total']) {
      expect(text).toContain(name);
    }
  });
});
