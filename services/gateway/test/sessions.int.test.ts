import { createAnnounceSessionEnded } from '@hallway/bus';
import type { SessionEnded } from '@hallway/contracts';
import { eventually, quickest } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type Campus, heardOf, settle, startCampus, type TestClient } from './campus.ts';
import { randomId } from './random-id.ts';

let campus: Campus;

beforeAll(async () => {
  campus = await startCampus({ gateways: 2 });
});
afterAll(() => campus.stop());

function announceEnded(ending: Omit<SessionEnded, 'endedAt'>): Promise<void> {
  const { redis, names } = campus.messages;
  return createAnnounceSessionEnded({ redis, names })({ ...ending, endedAt: new Date().toISOString() });
}

function disconnected(socket: TestClient): Promise<string> {
  return new Promise((resolve) => {
    socket.once('disconnect', resolve);
  });
}

describe('a session that ends', () => {
  it('closes its sockets on both gateways within a second, with the reason, and no other session’s', async () => {
    const msUntilClosed = async () => {
      const person = campus.person();
      const sessionId = randomId();
      const [here, there] = await Promise.all(
        campus.gateways.map((gateway) => campus.connect(person, { gateway, tokenOptions: { sessionId } })),
      );
      const other = await campus.connect(person);
      const gone = Promise.all([disconnected(here!), disconnected(there!)]);
      const since = Date.now();
      await announceEnded({ userId: person.id, sessionId, reason: 'ended-elsewhere' });
      expect(await gone).toEqual(['io server disconnect', 'io server disconnect']);
      const ms = Date.now() - since;
      expect(heardOf(here!, 'sessionEnded')).toEqual([{ reason: 'ended-elsewhere' }]);
      expect(heardOf(there!, 'sessionEnded')).toEqual([{ reason: 'ended-elsewhere' }]);
      expect(await ask(other, 'leaveRoom', randomId())).toEqual({ ok: true });
      return ms;
    };
    expect(await quickest(1000, msUntilClosed)).toBeLessThan(1000);
  });

  it('when it is every session of a person, closes all of them and lets nobody back with an old token', async () => {
    const person = campus.person();
    const bystander = await campus.connect(campus.person());
    const token = campus.auth.sign(person);
    const sockets = [await campus.connect(person, { token }), await campus.connect(person)];
    const gone = Promise.all(sockets.map(disconnected));
    await announceEnded({ userId: person.id, sessionId: null, reason: 'deactivated' });
    await gone;
    await expect(campus.connect(person, { token })).rejects.toMatchObject({
      data: { error: { code: 'SESSION_ENDED' } },
    });
    expect(bystander.connected).toBe(true);
  });
});

const reasons = [
  'signed-out',
  'ended-elsewhere',
  'token-reused',
  'password-changed',
  'deactivated',
  'role-changed',
] as const;

describe('a session that ends for whatever reason', () => {
  it.each(reasons)('when it is %s, closes its sockets within a second and keeps its token out', async (reason) => {
    const msUntilClosed = async () => {
      const person = campus.person();
      const sessionId = randomId();
      const token = campus.auth.sign(person, { sessionId });
      const socket = await campus.connect(person, { token, gateway: campus.gateways[1]! });
      const gone = disconnected(socket);
      const since = Date.now();
      await announceEnded({ userId: person.id, sessionId, reason });
      await gone;
      const ms = Date.now() - since;
      expect(heardOf(socket, 'sessionEnded')).toEqual([{ reason }]);
      await expect(campus.connect(person, { token, gateway: campus.gateways[1]! })).rejects.toMatchObject({
        data: { error: { code: 'SESSION_ENDED' } },
      });
      return ms;
    };
    expect(await quickest(1000, msUntilClosed)).toBeLessThan(1000);
  });
});

describe('what is on its way when a session ends', () => {
  it('when a message was stored before and comes after the end, is not delivered there, but to the other session', async () => {
    const [sender, person] = [campus.person(), campus.person()];
    const chatRoomId = campus.messages.addRoom([sender.id, person.id]);
    const sessionId = randomId();
    const from = await campus.connect(sender);
    const lost = await campus.connect(person, { tokenOptions: { sessionId } });
    const open = await campus.connect(person, { tokenOptions: { sessionId } });
    const kept = await campus.connect(person);
    await ask(open, 'joinRoom', chatRoomId);
    const gone = Promise.all([disconnected(lost), disconnected(open)]);
    const stored = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    campus.messages.holdAnnouncements(async () => {
      stored.resolve();
      await gate.promise;
    });
    const sent = ask(from, 'sendMessage', { chatRoomId, content: 'on its way' });
    await stored.promise;
    await announceEnded({ userId: person.id, sessionId, reason: 'signed-out' });
    await gone;
    gate.resolve();
    campus.messages.holdAnnouncements(async () => undefined);
    expect(await sent).toMatchObject({ ok: true });
    await eventually(() => expect(heardOf(kept, 'new_message').map(({ text }) => text)).toEqual(['on its way']));
    for (const socket of [lost, open]) {
      expect([...heardOf(socket, 'new_message'), ...heardOf(socket, 'receiveMessage')]).toEqual([]);
    }
  });

  it('when an answer to joinRoom was under way, it does not reach the socket', async () => {
    const person = campus.person();
    const chatRoomId = campus.messages.addRoom([person.id]);
    const sessionId = randomId();
    const socket = await campus.connect(person, { tokenOptions: { sessionId } });
    const gone = disconnected(socket);
    const asked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    campus.messages.holdAnswers(async () => {
      asked.resolve();
      await gate.promise;
    });
    const answered: unknown[] = [];
    socket.emit('joinRoom', chatRoomId, (answer: unknown) => answered.push(answer));
    await asked.promise;
    await announceEnded({ userId: person.id, sessionId, reason: 'role-changed' });
    await gone;
    gate.resolve();
    campus.messages.holdAnswers(async () => undefined);
    await settle(await campus.connect(person));
    expect(answered).toEqual([]);
  });
});

describe('a token that runs out', () => {
  it('is announced, and ends its socket when nobody brings a new one', async () => {
    const socket = await campus.connect(campus.person(), { tokenOptions: { expiresInSeconds: 3 } });
    const gone = disconnected(socket);
    await eventually(() => expect(heardOf(socket, 'sessionExpiring')).toHaveLength(1));
    expect(heardOf(socket, 'sessionExpiring')[0].expiresInMs).toBeLessThanOrEqual(3000);
    expect(await gone).toBe('io server disconnect');
    expect(heardOf(socket, 'sessionEnded')).toEqual([{ reason: 'expired' }]);
  });
});

describe('refreshSession', () => {
  it('with a new token of the same session, keeps the socket beyond the old one’s end', async () => {
    const person = campus.person();
    const sessionId = randomId();
    const socket = await campus.connect(person, { tokenOptions: { sessionId, expiresInSeconds: 2 } });
    const witness = await campus.connect(person, { tokenOptions: { sessionId, expiresInSeconds: 2 } });
    const token = campus.auth.sign(person, { sessionId });
    const answer = await ask(socket, 'refreshSession', { token });
    expect(answer).toEqual({ ok: true, expiresIn: expect.any(Number) });
    expect(answer.expiresIn).toBeGreaterThan(590);
    await disconnected(witness);
    expect(await ask(socket, 'leaveRoom', randomId())).toEqual({ ok: true });
  });

  it('with a token of somebody else or of another session, answers FORBIDDEN', async () => {
    const person = campus.person();
    const socket = await campus.connect(person);
    for (const token of [campus.auth.sign(campus.person()), campus.auth.sign(person)]) {
      const answer = await ask(socket, 'refreshSession', { token });
      expect(answer).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    }
  });

  it('with what is no token, answers UNAUTHENTICATED; with nothing, VALIDATION_FAILED', async () => {
    const socket = await campus.connect(campus.person());
    const bad = await ask(socket, 'refreshSession', { token: 'x' });
    expect(bad).toMatchObject({ ok: false, error: { code: 'UNAUTHENTICATED' } });
    expect(await ask(socket, 'refreshSession', {})).toMatchObject({ error: { code: 'VALIDATION_FAILED' } });
  });
});

describe('draining', () => {
  it('tells every socket when to return, closes transports, refuses newcomers and is not ready', async () => {
    const gateway = await campus.startGateway({ DRAIN_MS: '700' });
    const sockets = await Promise.all(Array.from({ length: 5 }, () => campus.connect(campus.person(), { gateway })));
    const gone = Promise.all(sockets.map(disconnected));
    const stopped = gateway.stop();
    const late = campus.connect(campus.person(), { gateway });
    await expect(late).rejects.toMatchObject({
      data: { ok: false, error: { code: 'TEMPORARILY_UNAVAILABLE', retryAfterMs: expect.any(Number) } },
    });
    const ready = await fetch(`http://127.0.0.1:${gateway.ports().internal}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ status: 'draining' });
    expect(new Set(await gone)).toEqual(new Set(['transport close']));
    for (const socket of sockets) {
      expect(heardOf(socket, 'serverDraining')).toEqual([{ reconnectInMs: expect.any(Number) }]);
    }
    await stopped;
    campus.gateways.splice(campus.gateways.indexOf(gateway), 1);
    await expect(fetch(`http://127.0.0.1:${gateway.ports().internal}/readyz`)).rejects.toThrow();
  });

  it('when a socket waits for an answer, lets it have that first', async () => {
    const gateway = await campus.startGateway({ DRAIN_MS: '3000' });
    const person = campus.person();
    const chatRoomId = campus.messages.addRoom([person.id]);
    const socket = await campus.connect(person, { gateway });
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    campus.messages.holdAnswers(async () => {
      reached.resolve();
      await gate.promise;
    });
    const join = ask(socket, 'joinRoom', chatRoomId);
    await reached.promise;
    const stopped = gateway.stop();
    await expect(campus.connect(person, { gateway })).rejects.toThrow('TEMPORARILY_UNAVAILABLE');
    const gone = disconnected(socket);
    gate.resolve();
    expect(await join).toMatchObject({ ok: true });
    expect(await gone).toBe('transport close');
    await stopped;
    campus.messages.holdAnswers(async () => undefined);
    campus.gateways.splice(campus.gateways.indexOf(gateway), 1);
  });
});
