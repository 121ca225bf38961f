import { describe, expect, it } from 'vitest';
import { HallwayError } from '../src/index.ts';
import { events, startCampus, until } from './campus-fixture.ts';
import { fault } from './contract-server.ts';
import { password } from './contract-server-rooms.ts';

async function refusal(work: Promise<unknown>) {
  const cause = await work.then(
    () => null,
    (error: unknown) => error,
  );
  return cause instanceof HallwayError ? cause.body : cause;
}

describe('session', () => {
  it('when the password is right, is signed in and online', async () => {
    const { signIn, john } = await startCampus();
    const client = await signIn('john');
    expect(client.session.getSnapshot()).toEqual({ status: 'signed-in', user: john });
    expect(client.person(john.id)).toEqual(john);
  });

  it('when the password is wrong, throws the answer of the server and changes nothing', async () => {
    const { createClient } = await startCampus();
    const client = createClient();
    expect(await refusal(client.signIn('john', 'wrong'))).toMatchObject({ code: 'INVALID_CREDENTIALS' });
    expect(client.session.getSnapshot()).toEqual({ status: 'restoring' });
  });

  it('when nobody answers, or only a proxy, throws a retryable TEMPORARILY_UNAVAILABLE', async () => {
    const { createClient, server } = await startCampus();
    const expected = { code: 'TEMPORARILY_UNAVAILABLE', retryable: true };
    expect(await refusal(createClient({ origin: 'http://127.0.0.1:9' }).signIn('john', 'x'))).toMatchObject(expected);
    server.faults.httpDown = true;
    expect(await refusal(createClient().signIn('john', 'x'))).toMatchObject(expected);
  });

  it('when there is no cookie, restore ends signed out without a reason', async () => {
    const { createClient } = await startCampus();
    const client = createClient();
    await client.restore();
    expect(client.session.getSnapshot()).toEqual({ status: 'signed-out', reason: null });
    expect(await refusal(client.people({}))).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('when the server is away, restore shows that it waits, and ends once the server is back', async () => {
    const { createClient, server } = await startCampus();
    const client = createClient();
    server.faults.httpDown = true;
    const restored = client.restore();
    await until(() => client.connection.getSnapshot().status === 'reconnecting');
    expect(client.session.getSnapshot()).toEqual({ status: 'restoring' });
    server.faults.httpDown = false;
    await restored;
    expect(client.session.getSnapshot().status).toBe('signed-out');
  });

  it('when the access token is over, one refresh serves all waiting requests and each is sent again', async () => {
    const { signIn, server } = await startCampus();
    const client = await signIn('john');
    server.campus.expireTokens();
    const answers = await Promise.all([client.people({}), client.people({}), client.people({})]);
    expect(answers.map(({ people }) => people.length)).toEqual([1, 1, 1]);
    expect(server.requests.filter((request) => request.endsWith('/api/auth/refresh'))).toHaveLength(1);
  });

  it('when the session is over, a request signs out with the reason', async () => {
    const { signIn, server, john } = await startCampus();
    const client = await signIn('john');
    server.campus.endSessions(john.id);
    expect(await refusal(client.people({}))).toMatchObject({ code: 'SESSION_ENDED' });
    expect(client.session.getSnapshot()).toEqual({ status: 'signed-out', reason: 'expired' });
    expect(client.connection.getSnapshot()).toEqual({ status: 'idle' });
  });

  it('when most of the life of the token is over, renews it and tells the socket', async () => {
    const { signIn, server } = await startCampus();
    server.campus.tokenLife.seconds = 1;
    await signIn('john');
    await until(() => events(server, 'refreshSession').length > 0);
    expect(server.connections()).toBe(1);
  });

  it('when the server says that the session expires, renews it at once', async () => {
    const { signIn, server, john } = await startCampus();
    await signIn('john');
    server.emitTo(john.id, 'sessionExpiring', { expiresInMs: 60_000 });
    await until(() => events(server, 'refreshSession').length === 1);
  });

  it('when the session is ended elsewhere, is signed out with the reason and does not come back', async () => {
    const { signIn, server, john } = await startCampus();
    const client = await signIn('john');
    server.endSession(john.id, 'password-changed');
    await until(() => client.session.getSnapshot().status === 'signed-out');
    expect(client.session.getSnapshot()).toEqual({ status: 'signed-out', reason: 'password-changed' });
    expect(client.conversations.getSnapshot()).toMatchObject({ status: 'loading', conversations: [] });
    await until(() => server.connections() === 0);
  });

  it('when signing out succeeds, forgets the person; when the server cannot be told, stays and throws', async () => {
    const { signIn, server, john } = await startCampus();
    const client = await signIn('john');
    server.faults.httpDown = true;
    expect(await refusal(client.signOut())).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    expect(client.session.getSnapshot().status).toBe('signed-in');
    server.faults.httpDown = false;
    await client.signOut();
    expect(client.session.getSnapshot()).toEqual({ status: 'signed-out', reason: null });
    expect(client.person(john.id)).toBeUndefined();
    await client.signIn('sarah', password);
    await until(() => client.connection.getSnapshot().status === 'online');
  });
});

describe('connection', () => {
  it('when the transport is cut, comes back by itself', async () => {
    const { signIn, server } = await startCampus();
    const client = await signIn('john');
    const seen: string[] = [];
    client.connection.subscribe(() => seen.push(client.connection.getSnapshot().status));
    server.cut();
    await until(() => seen.at(-1) === 'online');
    expect(seen).toEqual(['reconnecting', 'connecting', 'online']);
    expect(server.connections()).toBe(1);
  });

  it('when the gateway told a spread, comes back somewhere in it after a loss, and by back-off after that', async () => {
    const { signIn, server } = await startCampus();
    server.faults.reconnectSpreadMs = 2000;
    const client = await signIn('john', { random: () => 0.5 });
    await until(() => events(server, 'resume').length === 1);
    const waits: number[] = [];
    client.connection.subscribe(() => {
      const state = client.connection.getSnapshot();
      if (state.status === 'reconnecting') waits.push(state.inMs);
    });
    server.faults.refuseConnections = fault('TEMPORARILY_UNAVAILABLE');
    server.cut();
    await until(() => waits.length === 2);
    server.faults.refuseConnections = null;
    expect(waits).toEqual([1000, 500]);
    server.faults.reconnectSpreadMs = 6000;
    await until(() => client.connection.getSnapshot().status === 'online');
    await until(() => events(server, 'resume').length === 2);
    // Comes after that answer on the same line, and names a time of its own.
    server.drain(1000);
    await until(() => waits.length === 3);
    expect(waits[2]).toBeLessThanOrEqual(1000);
    await until(() => client.connection.getSnapshot().status === 'online');
    server.cut();
    await until(() => waits.length === 4);
    expect(waits[3]).toBe(3000);
  });

  it('when two hundred lose the gateway at once, no more than a fifth is back within a second', async () => {
    const { signIn, server } = await startCampus();
    server.faults.reconnectSpreadMs = 8000;
    for (let n = 0; n < 200; n += 1) await signIn('john');
    await until(() => events(server, 'resume').length === 200 && server.connections() === 200);
    const resumes = events(server, 'resume').length;
    const cutAt = Date.now();
    server.cut();
    const back = () => server.heard.filter(({ event }) => event === 'resume').slice(resumes);
    // Somebody was back, so that the first second is no empty one, and it is over.
    await until(() => back().length > 0 && Date.now() - cutAt >= 1000, 10_000);
    expect(back().filter(({ at }) => at - cutAt < 1000).length).toBeLessThanOrEqual(40);
  }, 60_000);

  it('when it is refused with a time, does not come back earlier', async () => {
    const { signIn, server } = await startCampus();
    const client = await signIn('john');
    server.faults.refuseConnections = fault('TEMPORARILY_UNAVAILABLE', 700);
    server.cut();
    await until(() => {
      const state = client.connection.getSnapshot();
      return state.status === 'reconnecting' && state.inMs >= 700;
    });
    server.faults.refuseConnections = null;
    const refusedAt = Date.now();
    await until(() => client.connection.getSnapshot().status === 'online');
    expect(Date.now() - refusedAt).toBeGreaterThanOrEqual(600);
  });

  it('when its token is refused, renews it and comes back', async () => {
    const { signIn, server } = await startCampus();
    const client = await signIn('john');
    server.campus.expireTokens();
    server.cut();
    await until(() => client.connection.getSnapshot().status !== 'online');
    await until(() => client.connection.getSnapshot().status === 'online');
    expect(server.requests.filter((request) => request.endsWith('/api/auth/refresh'))).toHaveLength(1);
  });

  it('when it is refused because the session ended, is signed out', async () => {
    const { signIn, server } = await startCampus();
    const client = await signIn('john');
    server.faults.refuseConnections = fault('SESSION_ENDED');
    server.cut();
    await until(() => client.session.getSnapshot().status === 'signed-out');
  });

  it('when the gateway drains, comes back after the time that it named', async () => {
    const { signIn, server } = await startCampus();
    const client = await signIn('john', { random: () => 0 });
    const drainedAt = Date.now();
    server.drain(500);
    await until(() => client.connection.getSnapshot().status === 'reconnecting');
    await until(() => client.connection.getSnapshot().status === 'online');
    expect(Date.now() - drainedAt).toBeGreaterThanOrEqual(480);
  });

  it('when the machine loses its network, says offline, and returns when the network does', async () => {
    const { signIn, server } = await startCampus();
    let offline = false;
    let tell: () => void = () => undefined;
    const network = {
      isOffline: () => offline,
      watch(onChange: () => void) {
        tell = onChange;
        return () => undefined;
      },
    };
    const client = await signIn('john', { network });
    server.faults.refuseConnections = fault('TEMPORARILY_UNAVAILABLE', 60_000);
    offline = true;
    tell();
    expect(client.connection.getSnapshot()).toEqual({ status: 'offline' });
    await until(() => server.connections() === 0);
    server.faults.refuseConnections = null;
    offline = false;
    tell();
    await until(() => client.connection.getSnapshot().status === 'online');
  });

  it('when the client is destroyed, closes the socket, and nothing happens any more', async () => {
    const { signIn, server, roomId } = await startCampus();
    const client = await signIn('john');
    client.openTimeline(roomId);
    client.destroy();
    await until(() => server.connections() === 0);
    const asked = server.requests.length;
    await expect(client.people({})).rejects.toThrow(HallwayError);
    expect(server.requests).toHaveLength(asked);
  });
});
