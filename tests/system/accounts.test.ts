import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '@hallway/testkit';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call, connect, gatewaysOf, hears, type Person, signIn, type WireSocket } from '../stack/wire-client.ts';
import { revocationCauses } from './revocation-causes.ts';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

let admin: Person;
const open: WireSocket[] = [];

beforeAll(async () => {
  admin = await signIn('admin');
});
afterEach(() => {
  for (const wire of open.splice(0)) wire.close();
});

async function socketOf(person: Person, address?: string): Promise<WireSocket> {
  const wire = await connect(person, address);
  open.push(wire);
  return wire;
}

interface NewPerson {
  username: string;
  password: string;
}

/** Somebody of this test alone: what is done to them disturbs nobody. */
async function addPerson(): Promise<NewPerson> {
  const username = `p${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('base64url');
  const body = { username, name: 'Somebody New', role: 'student', password };
  const answer = await call(admin, 'POST /api/admin/users', body);
  expect(answer.status).toBe(201);
  return { username, password };
}

describe('a session that is ended', () => {
  it.each(revocationCauses)(
    'when by $cause, closes its sockets on both gateways within a second, and every door is shut',
    async ({ reason, end }) => {
      const added = await addPerson();
      const [lost, here] = [await signIn(added.username, added), await signIn(added.username, added)];
      const wires = await Promise.all(gatewaysOf().map((address) => socketOf(lost, address)));
      const gone = Promise.all(wires.map(({ socket }) => new Promise((done) => socket.once('disconnect', done))));
      const answer = await end({ admin, lost, here, password: added.password });
      const since = Date.now();
      expect(answer.status).toBeLessThan(300);
      expect(await gone).toEqual(['io server disconnect', 'io server disconnect']);
      expect(Date.now() - since).toBeLessThan(1000);
      for (const wire of wires) expect(wire.all('sessionEnded')).toEqual([{ reason }]);
      await eventually(
        async () => {
          for (const door of ['GET /api/auth/me', 'GET /api/messages']) {
            const { status, body } = await call(lost, door);
            expect([door, status, body.error?.code]).toEqual([door, 401, 'SESSION_ENDED']);
          }
        },
        { withinMs: 1000 },
      );
      await expect(connect(lost)).rejects.toMatchObject({ error: { code: 'SESSION_ENDED' } });
    },
  );
});

describe('npm run keys', () => {
  // The logs of the stack lie in its folder, beside its keys.
  const keys = (...args: string[]) =>
    run(process.execPath, [
      join(root, 'tools/keys/main.ts'),
      ...args,
      '--dir',
      join(process.env.HALLWAY_TEST_LOGS ?? '', '../keys'),
    ]);
  const kidOf = ({ accessToken }: Person) =>
    JSON.parse(Buffer.from(accessToken.split('.')[0] ?? '', 'base64url').toString()).kid as string;

  it('when a key is rotated, sockets stay, tokens of both keys open every door, and new ones are of the new key', async () => {
    const [john, sarah] = [await signIn('john'), await signIn('sarah')];
    const wire = await socketOf(john);
    const { body } = await call(john, 'POST /api/message/chat-room', { participantId: sarah.user.id });
    const { stdout } = await keys('rotate');
    const kid = /^(\S+) signs from now on/m.exec(stdout)?.[1];
    expect(kid).toBeDefined();
    let fresh = await signIn('sarah');
    await eventually(async () => {
      fresh = await signIn('sarah');
      expect(kidOf(fresh)).toBe(kid);
    });
    expect(kidOf(john)).not.toBe(kid);
    for (const person of [john, fresh]) {
      for (const door of ['GET /api/auth/me', 'GET /api/messages']) expect((await call(person, door)).status).toBe(200);
      for (const address of gatewaysOf()) expect((await socketOf(person, address)).socket.connected).toBe(true);
    }
    const content = `by the new key ${randomBytes(4).toString('hex')}`;
    expect((await call(fresh, 'POST /api/message/message', { chatRoomId: body.chatRoom.id, content })).status).toBe(
      201,
    );
    await hears(wire, content);
    expect(wire.socket.connected).toBe(true);
    expect((await keys('list')).stdout).toContain(`${kid}  signs`);
  });

  it('when tokens of the former key are in use, does not retire it, says for how long, and exits with 1', async () => {
    const failure = await keys('retire').catch((error: { code: number; stderr: string }) => error);
    expect(failure).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/in use for \d+ more minutes: wait, or say --force/),
    });
  });
});
