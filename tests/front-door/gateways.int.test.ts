import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@hallway/testkit';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWebFolder, type NginxDoor, startNginx } from './nginx-door.ts';
import { type RealGateway, type RealServices, startRealServices } from './real-services.ts';
import { ask } from './stand-in.ts';
import { writeWhileDraining } from './write-while-draining.ts';

const password = 'hallway-demo';
const webFolder = makeWebFolder();
const sockets: Socket[] = [];
let services: RealServices;

const doorTo = (gateways: RealGateway[], env: Record<string, string> = {}): Promise<NginxDoor> =>
  startNginx({
    WEB_ROOT: webFolder,
    AUTH_SERVERS: services.authAddress,
    MESSAGE_SERVERS: services.messageAddress,
    GATEWAY_SERVERS: gateways.map(({ address }) => address).join(),
    ...env,
  });

beforeAll(async () => {
  services = await startRealServices();
});
afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  await services?.stop();
  rmSync(join(webFolder, '..'), { recursive: true, force: true });
});

async function tokenOf(username: string, { port }: NginxDoor): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const answer = await ask('/api/auth/login', {
    port,
    method: 'POST',
    headers,
    body: JSON.stringify({ username, password }),
  });
  return answer.json().accessToken;
}

describe('a gateway that is drained under traffic', () => {
  it('when its sockets go to the other one through nginx, loses nothing, refuses nothing and keeps the order', async () => {
    const [first, second] = [await services.startGateway(), await services.startGateway()];
    const door = await doorTo([first, second]);
    await writeWhileDraining({ origin: door.origin, takeAway: first.stop });
    await eventually(() => expect(door.log().filter(({ status }) => status === 101).length).toBeGreaterThan(4));
    const answered = door.log();
    // Both had sockets, and nobody was told that anything is away.
    const used = answered
      .filter(({ status }) => status === 101)
      .map(({ upstream }) => String(upstream).split(', ').at(-1));
    expect(new Set(used)).toEqual(new Set([first.address, second.address]));
    expect(answered.filter(({ status }) => Number(status) >= 500)).toEqual([]);
    await door.stop();
    await second.stop();
  });
});

describe('polling through two gateways', () => {
  /** How many of a client's requests were answered 400 until it was connected and had joined, or until it gave up. */
  async function countRefused(door: NginxDoor, keepsCookies: boolean): Promise<{ connected: number; refused: number }> {
    const token = await tokenOf('chen', door);
    const made = Array.from({ length: 4 }, () =>
      io(door.origin, {
        transports: ['polling'],
        auth: { token },
        // In Node this keeps cookies as a browser does by itself.
        withCredentials: keepsCookies,
        forceNew: true,
        reconnection: false,
      }),
    );
    sockets.push(...made);
    const ended = made.map(
      (socket) =>
        new Promise<boolean>((resolve) => {
          socket.once('connect', () => resolve(true));
          socket.once('connect_error', () => resolve(false));
        }),
    );
    const connected = (await Promise.all(ended)).filter(Boolean).length;
    // A few polls more of those that are in.
    await Promise.allSettled(made.map((socket) => socket.timeout(3000).emitWithAck('watchPresence', { userIds: [] })));
    for (const socket of made) socket.disconnect();
    return {
      connected,
      refused: door.log().filter(({ path, status }) => path === '/socket.io/' && status === 400).length,
    };
  }

  it('when a cookie keeps a client on its gateway, no request is refused; without, some are', async () => {
    const polling = { ALLOW_POLLING: 'true' };
    const gateways = [await services.startGateway(polling), await services.startGateway(polling)];
    const [sticky, loose] = [await doorTo(gateways, polling), await doorTo(gateways)];
    expect(await countRefused(sticky, true)).toEqual({ connected: 4, refused: 0 });
    const cookie = (await ask('/socket.io/?EIO=4&transport=polling', { port: sticky.port })).headers['set-cookie']?.[0];
    expect(cookie).toMatch(/^hallway_gateway=[0-9a-f]{32}; Path=\/socket\.io; HttpOnly; SameSite=Strict$/);
    const again = await ask('/socket.io/?EIO=4&transport=polling', {
      port: sticky.port,
      headers: { cookie: cookie?.split(';')[0] ?? '' },
    });
    expect(again.headers['set-cookie']).toBeUndefined();
    // Where nothing keeps a client on its gateway, the request after the handshake meets the other one.
    expect(
      (await ask('/socket.io/?EIO=4&transport=polling', { port: loose.port })).headers['set-cookie'],
    ).toBeUndefined();
    const without = await countRefused(loose, true);
    expect(without.refused).toBeGreaterThan(0);
    // A client that forgets its cookie fares no better behind the sticky door.
    expect((await countRefused(sticky, false)).refused).toBeGreaterThan(0);
    await Promise.all([sticky.stop(), loose.stop()]);
  });
});
