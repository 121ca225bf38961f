import { eventually, type OwnRedis, startOwnRedis } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type Campus, heardOf, startCampus } from './campus.ts';
import { randomId } from './random-id.ts';

let redis: OwnRedis;
let campus: Campus;

async function readiness() {
  const answer = await fetch(`http://127.0.0.1:${campus.gateways[0]!.ports().internal}/readyz`);
  return { status: answer.status, body: await answer.json() };
}

const reasons = ['ended-elsewhere', 'token-reused', 'password-changed', 'deactivated', 'role-changed'] as const;

/** A socket whose session is to end for that reason. */
async function connectWithReason(reason: (typeof reasons)[number]) {
  const [person, sessionId] = [campus.person(), randomId()];
  return { person, sessionId, reason, socket: await campus.connect(person, { tokenOptions: { sessionId } }) };
}

beforeAll(async () => {
  redis = await startOwnRedis();
  campus = await startCampus({ redisUrl: redis.url, gateways: 2 });
});

afterAll(async () => {
  await campus.stop();
  await redis.remove();
});

describe('while Redis is away', () => {
  it('sockets stay, sends and newcomers are told to come back, ended sessions are polled; then all heals', async () => {
    const [sender, receiver] = [campus.person(), campus.person()];
    const chatRoomId = campus.messages.addRoom([sender.id, receiver.id]);
    const from = await campus.connect(sender, { gateway: campus.gateways[0]! });
    const to = await campus.connect(receiver, { gateway: campus.gateways[1]! });
    const sessionId = randomId();
    const ended = await campus.connect(sender, { tokenOptions: { sessionId } });
    const causes = await Promise.all(reasons.map(connectWithReason));
    expect(await ask(from, 'sendMessage', { chatRoomId, content: 'before' })).toMatchObject({ ok: true });

    await redis.kill();
    await eventually(async () => {
      expect(await readiness()).toEqual({ status: 200, body: { status: 'ready', degraded: ['redis'] } });
    });
    expect((await fetch(`http://127.0.0.1:${campus.gateways[0]!.ports().internal}/livez`)).status).toBe(200);
    const away = { code: 'TEMPORARILY_UNAVAILABLE', retryable: true, retryAfterMs: expect.any(Number) };
    const refused = await ask(from, 'sendMessage', { chatRoomId, content: 'during' });
    expect(refused).toMatchObject({ ok: false, error: away });
    expect(await ask(from, 'joinRoom', chatRoomId)).toMatchObject({ ok: false, error: away });
    await expect(campus.connect(receiver)).rejects.toMatchObject({ data: { ok: false, error: away } });

    const endedAt = new Date().toISOString();
    campus.auth.endings.push({ userId: sender.id, sessionId, reason: 'signed-out', endedAt });
    for (const { person, sessionId: id, reason } of causes) {
      campus.auth.endings.push({ userId: person.id, sessionId: id, reason, endedAt });
    }
    await eventually(
      () => {
        expect(heardOf(ended, 'sessionEnded')).toEqual([{ reason: 'signed-out' }]);
        for (const { socket, reason } of causes) expect(heardOf(socket, 'sessionEnded')).toEqual([{ reason }]);
        expect(causes.some(({ socket }) => socket.connected)).toBe(false);
      },
      { withinMs: 6000 },
    );
    expect([from.connected, to.connected, ended.connected]).toEqual([true, true, false]);

    await redis.start();
    await eventually(() => expect(heardOf(from, 'resync')).not.toHaveLength(0), { withinMs: 10_000 });
    await eventually(() => expect(heardOf(to, 'resync')).not.toHaveLength(0), { withinMs: 10_000 });
    await eventually(
      async () => {
        const answer = await ask(from, 'sendMessage', { chatRoomId, content: 'after', clientMessageId: 'after' });
        expect(answer).toMatchObject({ ok: true });
      },
      { withinMs: 15_000 },
    );
    await eventually(() => expect(heardOf(to, 'new_message').map(({ text }) => text)).toEqual(['before', 'after']));
    expect(await readiness()).toMatchObject({ status: 200, body: { degraded: [] } });
    // What is transient flows again, too: the adapter has subscribed by itself.
    await ask(from, 'joinRoom', chatRoomId);
    await ask(to, 'joinRoom', chatRoomId);
    await eventually(async () => {
      await ask(from, 'typing', { chatRoomId });
      expect(heardOf(to, 'typing')).not.toHaveLength(0);
    });
  }, 60_000);

  it('when it comes back empty, presence and memberships are true again, and everybody is told to resume', async () => {
    const [person, other] = [campus.person(), campus.person()];
    const chatRoomId = campus.messages.addRoom([person.id, other.id]);
    const socket = await campus.connect(person, { gateway: campus.gateways[0]! });
    const watcher = await campus.connect(other, { gateway: campus.gateways[1]! });
    expect(await ask(socket, 'sendMessage', { chatRoomId, content: 'before' })).toMatchObject({ ok: true });
    const unheard = campus.messages.addRoom([person.id, other.id], 'group');
    await campus.messages.redis.flushall();
    await eventually(
      async () => {
        const answer = await ask(watcher, 'watchPresence', { userIds: [person.id] });
        expect(answer).toMatchObject({ ok: true, online: [person.id] });
      },
      { withinMs: 15_000 },
    );
    await eventually(
      async () => {
        expect(await ask(socket, 'sendMessage', { chatRoomId, content: 'after' })).toMatchObject({ ok: true });
      },
      { withinMs: 15_000 },
    );
    await eventually(() => expect(heardOf(watcher, 'resync')).not.toHaveLength(0));
    await eventually(async () => {
      await ask(socket, 'sendMessage', { chatRoomId: unheard, content: 'unheard' });
      expect(heardOf(watcher, 'new_message').map(({ text }) => text)).toContain('unheard');
    });
  }, 40_000);
});

describe('while Redis hangs', () => {
  it('says so, refuses sends, joins and newcomers without making them wait, and heals by itself', async () => {
    const person = campus.person();
    const chatRoomId = campus.messages.addRoom([person.id], 'group');
    const socket = await campus.connect(person);
    expect(await ask(socket, 'sendMessage', { chatRoomId, content: 'before' })).toMatchObject({ ok: true });
    const processId = await redis.withClient(async (client) =>
      Number(/process_id:(\d+)/.exec(await client.info())![1]),
    );
    process.kill(processId, 'SIGSTOP');
    try {
      const degraded = { status: 200, body: { status: 'ready', degraded: ['redis'] } };
      await eventually(async () => expect(await readiness()).toEqual(degraded), { withinMs: 12_000 });
      const away = { code: 'TEMPORARILY_UNAVAILABLE', retryable: true, retryAfterMs: expect.any(Number) };
      const began = Date.now();
      const refused = await ask(socket, 'sendMessage', { chatRoomId, content: 'during' });
      expect(refused).toMatchObject({ ok: false, error: away });
      expect(await ask(socket, 'joinRoom', chatRoomId)).toMatchObject({ ok: false, error: away });
      await expect(campus.connect(campus.person())).rejects.toMatchObject({ data: { ok: false, error: away } });
      // Well below the time after which a command is given up.
      expect(Date.now() - began).toBeLessThan(1000);
      expect(socket.connected).toBe(true);
    } finally {
      process.kill(processId, 'SIGCONT');
    }
    await eventually(async () => expect(await readiness()).toMatchObject({ body: { degraded: [] } }), {
      withinMs: 10_000,
    });
    await eventually(
      async () => {
        expect(await ask(socket, 'sendMessage', { chatRoomId, content: 'after' })).toMatchObject({ ok: true });
      },
      { withinMs: 15_000 },
    );
    const contents = campus.messages.rooms.get(chatRoomId)!.messages.map(({ content }) => content);
    expect(contents).not.toContain('during');
  }, 60_000);
});
