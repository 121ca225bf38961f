import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '@hallway/testkit';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call, connect, hears, originOfRun, type Person, signIn, type WireSocket } from '../stack/wire-client.ts';

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

const gateways = () => {
  const { protocol, hostname, port } = new URL(originOfRun());
  return [11, 12].map((offset) => `${protocol}//${hostname}:${Number(port) + offset}`);
};

async function socketOf(person: Person, address?: string): Promise<WireSocket> {
  const wire = await connect(person, address);
  open.push(wire);
  return wire;
}

interface NewPerson {
  id: string;
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
  return { id: answer.body.user.id, username, password };
}

async function signInAs({ username, password }: NewPerson): Promise<Person> {
  const answer = await call(null, 'POST /api/auth/login', { username, password });
  expect(answer.status).toBe(200);
  return { ...answer.body, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
}

const sidOf = ({ accessToken }: Person) =>
  JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()).sid as string;

/** What ends the session of `lost`, who is also signed in as `here`, and the reason that its sockets are told. */
const causes: [
  string,
  string,
  (people: { added: NewPerson; lost: Person; here: Person }) => Promise<{ status: number }>,
][] = [
  ['a logout', 'signed-out', ({ lost }) => call(lost, 'POST /api/auth/logout')],
  [
    'the person, elsewhere',
    'ended-elsewhere',
    ({ lost, here }) => call(here, `DELETE /api/auth/sessions/${sidOf(lost)}`),
  ],
  [
    'a password change',
    'password-changed',
    ({ added, here }) =>
      call(here, 'POST /api/auth/password', { currentPassword: added.password, newPassword: 'four quiet lanterns' }),
  ],
  [
    'an admin who sets a password',
    'password-changed',
    ({ added }) => call(admin, `PATCH /api/admin/users/${added.id}`, { password: 'four quiet lanterns' }),
  ],
  [
    'a deactivation',
    'deactivated',
    ({ added }) => call(admin, `PATCH /api/admin/users/${added.id}`, { active: false }),
  ],
  ['a new role', 'role-changed', ({ added }) => call(admin, `PATCH /api/admin/users/${added.id}`, { role: 'parent' })],
  [
    'an admin who ends all sessions',
    'ended-elsewhere',
    ({ added }) => call(admin, `DELETE /api/admin/users/${added.id}/sessions`),
  ],
];

describe('a session that is ended', () => {
  it.each(causes)(
    'when by %s, closes its sockets on both gateways within a second, and every door is shut',
    async (...[, reason, end]) => {
      const added = await addPerson();
      const [lost, here] = [await signInAs(added), await signInAs(added)];
      const wires = await Promise.all(gateways().map((address) => socketOf(lost, address)));
      const gone = Promise.all(wires.map(({ socket }) => new Promise((done) => socket.once('disconnect', done))));
      const answer = await end({ added, lost, here });
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
      for (const address of gateways()) expect((await socketOf(person, address)).socket.connected).toBe(true);
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
