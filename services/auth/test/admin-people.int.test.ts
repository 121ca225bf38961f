import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminFixture, goodPassword, startAdmin } from './admin-fixture.ts';

let admin: AdminFixture;
beforeAll(async () => {
  admin = await startAdmin();
});
afterAll(() => admin.stop());

const nobody = 'ffffffffffffffffffffffff';
const freshName = () => `n${randomBytes(5).toString('hex')}`;
const codeOf = (answer: { status: number; json: { error: { code: string } } }) => [
  answer.status,
  answer.json.error.code,
];

describe('who may administrate', () => {
  const routes = [
    'POST /api/admin/users',
    'GET /api/admin/users',
    `GET /api/admin/users/${nobody}`,
    `PATCH /api/admin/users/${nobody}`,
    `PUT /api/admin/users/${nobody}/roles`,
    `GET /api/admin/users/${nobody}/sessions`,
    `DELETE /api/admin/users/${nobody}/sessions`,
    `GET /api/admin/users/${nobody}/family`,
    'POST /api/admin/courses',
    'GET /api/admin/courses',
    `GET /api/admin/courses/${nobody}`,
    `PATCH /api/admin/courses/${nobody}`,
    `GET /api/admin/courses/${nobody}/members`,
    `PUT /api/admin/courses/${nobody}/members/${nobody}`,
    `DELETE /api/admin/courses/${nobody}/members/${nobody}`,
    `POST /api/admin/courses/${nobody}/sections`,
    `GET /api/admin/courses/${nobody}/sections`,
    `PATCH /api/admin/sections/${nobody}`,
    `POST /api/admin/sections/${nobody}/members`,
    'POST /api/admin/terms',
    'GET /api/admin/terms',
    `PATCH /api/admin/terms/${nobody}`,
    `PUT /api/admin/guardians/${nobody}/children/${nobody}`,
    `DELETE /api/admin/guardians/${nobody}/children/${nobody}`,
    'GET /api/admin/audit',
  ] as const;

  it('when somebody else asks, answers FORBIDDEN on every route; without a token UNAUTHENTICATED', async () => {
    for (const username of ['john', 'maria', 'chen']) {
      const { token } = await admin.login(username);
      for (const route of routes) {
        expect([route, ...codeOf(await admin.call(route, { token }))]).toEqual([route, 403, 'FORBIDDEN']);
      }
    }
    for (const route of routes) {
      expect([route, ...codeOf(await admin.call(route))]).toEqual([route, 401, 'UNAUTHENTICATED']);
    }
    for (const route of routes) expect([401, 403]).not.toContain((await admin.as(route)).status);
  });

  it('when an administrator was demoted in the database alone, their token serves no longer', async () => {
    const other = await admin.person('admin');
    const { token } = await other.signIn();
    expect((await admin.call('GET /api/admin/users', { token })).status).toBe(200);
    const users = admin.connection.collection('users');
    await users.updateOne({ username: other.username }, { $set: { role: 'student', roles: ['student'] } });
    expect(codeOf(await admin.call('GET /api/admin/users', { token }))).toEqual([403, 'FORBIDDEN']);
    await users.updateOne({ username: other.username }, { $set: { role: 'admin', roles: ['admin'], active: false } });
    expect(codeOf(await admin.call('GET /api/admin/users', { token }))).toEqual([403, 'FORBIDDEN']);
  });

  it('when administration is a role beside another, serves too', async () => {
    const other = await admin.person('instructor');
    const roles = { roles: ['instructor', 'admin'] };
    const answer = await admin.as(`PUT /api/admin/users/${other.id}/roles`, roles);
    expect([answer.status, answer.json.user.role, answer.json.account.roles]).toEqual([200, 'instructor', roles.roles]);
    const { token } = await other.signIn();
    expect((await admin.call('GET /api/admin/users', { token })).status).toBe(200);
  });
});

describe('POST /api/admin/users', () => {
  it('when all is given, makes an account that can sign in, audits and announces it', async () => {
    const username = freshName();
    const body = { username, name: '  Rosa Blum ', role: 'instructor', password: goodPassword };
    const answer = await admin.as('POST /api/admin/users', body);
    const user = { id: expect.any(String), username, name: 'Rosa Blum', role: 'instructor', active: true };
    expect([answer.status, answer.json]).toEqual([201, { user }]);
    const { id } = answer.json.user;
    expect((await admin.login(username.toUpperCase(), goodPassword)).user.id).toBe(id);
    const [entry] = await admin.audited(id);
    expect(entry).toMatchObject({
      action: 'user.created',
      actorId: admin.adminId,
      details: { username, password: 'set' },
    });
    expect(JSON.stringify(entry)).not.toContain(goodPassword);
    expect(await admin.announced()).toContainEqual(expect.objectContaining({ kind: 'person', personIds: [id] }));
  });

  it('when no password is given, nobody can sign in until one is set', async () => {
    const username = freshName();
    const made = await admin.as('POST /api/admin/users', { username, name: 'Later', role: 'student' });
    expect(made.status).toBe(201);
    const { id } = made.json.user;
    for (const password of [goodPassword, 'x']) {
      const answer = await admin.call('POST /api/auth/login', { body: { username, password } });
      expect(codeOf(answer)).toEqual([401, 'INVALID_CREDENTIALS']);
    }
    expect((await admin.as(`GET /api/admin/users/${id}`)).json.account.hasPassword).toBe(false);
    expect((await admin.as(`PATCH /api/admin/users/${id}`, { password: goodPassword })).status).toBe(200);
    expect((await admin.login(username, goodPassword)).user.id).toBe(id);
  });

  it('when the username is taken in another case, answers CONFLICT; of twenty at once makes one', async () => {
    const body = { username: 'JOHN', name: 'Another', role: 'student' };
    expect(codeOf(await admin.as('POST /api/admin/users', body))).toEqual([409, 'CONFLICT']);
    const username = freshName();
    const asked = Array.from({ length: 20 }, (_, index) =>
      admin.as('POST /api/admin/users', { ...body, username: index % 2 ? username : username.toUpperCase() }),
    );
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(19);
  });

  it.each([
    [{ username: '' }],
    [{ username: ' x' }],
    [{ username: 'a b' }],
    [{ username: '.dot' }],
    [{ username: 'x'.repeat(65) }],
    [{ username: 'tab\tname' }],
    [{ name: '' }],
    [{ name: '   ' }],
    [{ name: 'line\nbreak' }],
    [{ name: 'x'.repeat(121) }],
    [{ role: 'teacher' }],
    [{ password: 'short' }],
    [{ password: 'x'.repeat(129) }],
    [{ password: 'password1234' }],
    [{ password: null }],
    [{ active: true }],
    [{ id: nobody }],
  ])('when the body has %j, answers VALIDATION_FAILED and makes nothing', async (wrong) => {
    const username = freshName();
    const body = { username, name: 'Somebody', role: 'student', ...wrong };
    const answer = await admin.as('POST /api/admin/users', body);
    expect(codeOf(answer)).toEqual([400, 'VALIDATION_FAILED']);
    expect(answer.json.error.details[0].path).toMatch(/^\//);
    expect(await admin.connection.collection('users').countDocuments({ usernameKey: username })).toBe(0);
  });

  it.each(['Åsa.Öberg', 'student+7@campus.example', '李四', 'o_k-1'])(
    'when the username is %s, takes it',
    async (name) => {
      const username = `${name}${randomBytes(3).toString('hex')}`;
      const answer = await admin.as('POST /api/admin/users', { username, name: 'Somebody', role: 'student' });
      expect([answer.status, answer.json.user?.username]).toEqual([201, username]);
    },
  );
});

describe('GET /api/admin/users', () => {
  it('when asked with filters, lists by name who fits, deactivated people too', async () => {
    const list = async (query: string) =>
      (await admin.as(`GET /api/admin/users?${query}`)).json.users.map(
        ({ username }: { username: string }) => username,
      );
    expect(await list('query=OSEI')).toEqual(['mike', 'peter']);
    expect(await list('query=osei&role=parent')).toEqual(['peter']);
    const gone = await admin.person('student', 'Zed Deactivated');
    await admin.as(`PATCH /api/admin/users/${gone.id}`, { active: false });
    expect(await list('query=deactivated')).toEqual([gone.username]);
    expect(await list('query=deactivated&active=true')).toEqual([]);
    expect(await list('query=deactivated&active=false')).toEqual([gone.username]);
  });

  it('when read by pages, goes through all, each once, and says when it ends', async () => {
    const all: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { json } = await admin.as(`GET /api/admin/users?limit=4${cursor && `&cursor=${cursor}`}`);
      all.push(...json.users.map(({ id }: { id: string }) => id));
      cursor = json.nextCursor;
    }
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBe(await admin.connection.collection('users').countDocuments());
  });

  it.each(['limit=0', 'limit=201', 'cursor=x', 'role=boss', 'active=maybe'])(
    'when asked with %s, answers VALIDATION_FAILED',
    async (query) => {
      expect(codeOf(await admin.as(`GET /api/admin/users?${query}`))).toEqual([400, 'VALIDATION_FAILED']);
    },
  );
});

describe('PATCH /api/admin/users/:id', () => {
  it('when somebody is deactivated, ends their sessions at once and lets nobody in; reactivated, they sign in again', async () => {
    const person = await admin.person('student');
    const { token, cookie } = await person.signIn();
    const answer = await admin.as(`PATCH /api/admin/users/${person.id}`, { active: false });
    expect([answer.status, answer.json.user.active]).toEqual([200, false]);
    expect(codeOf(await admin.call('GET /api/auth/me', { token }))).toEqual([401, 'SESSION_ENDED']);
    expect(codeOf(await admin.call('POST /api/auth/refresh', { cookie }))).toEqual([401, 'SESSION_ENDED']);
    await expect(person.signIn()).rejects.toThrow('INVALID_CREDENTIALS');
    await admin.as(`PATCH /api/admin/users/${person.id}`, { active: true });
    expect((await person.signIn()).user.id).toBe(person.id);
    expect((await admin.audited(person.id)).map(({ action }) => action)).toEqual([
      'user.reactivated',
      'user.deactivated',
      'user.created',
    ]);
  });

  it('when the role changes, ends the sessions, and the next token carries the new role', async () => {
    const person = await admin.person('student');
    const { token } = await person.signIn();
    const answer = await admin.as(`PATCH /api/admin/users/${person.id}`, { role: 'instructor' });
    expect(answer.json.user.role).toBe('instructor');
    expect(codeOf(await admin.call('GET /api/auth/me', { token }))).toEqual([401, 'SESSION_ENDED']);
    expect((await person.signIn()).user.role).toBe('instructor');
    const [entry] = await admin.audited(person.id);
    expect(entry).toMatchObject({
      action: 'user.roles-changed',
      details: { roles: { from: ['student'], to: ['instructor'] } },
    });
  });

  it('when the primary role changes, keeps the roles beside it', async () => {
    const person = await admin.person('student');
    await admin.as(`PUT /api/admin/users/${person.id}/roles`, { roles: ['instructor', 'parent'], safetyStaff: true });
    await admin.as(`PATCH /api/admin/users/${person.id}`, { role: 'parent' });
    const { account } = (await admin.as(`GET /api/admin/users/${person.id}`)).json;
    expect(account).toMatchObject({ roles: ['parent'], safetyStaff: true, hasPassword: true, sourcedId: null });
  });

  it('when the password is set, the old one and the sessions end', async () => {
    const person = await admin.person('student');
    const { token } = await person.signIn();
    const password = 'another mango lantern 8';
    expect((await admin.as(`PATCH /api/admin/users/${person.id}`, { password })).status).toBe(200);
    expect(codeOf(await admin.call('GET /api/auth/me', { token }))).toEqual([401, 'SESSION_ENDED']);
    await expect(person.signIn()).rejects.toThrow('INVALID_CREDENTIALS');
    expect((await admin.login(person.username, password)).user.id).toBe(person.id);
  });

  it('when only the name changes, the sessions stay; when nothing changes, nothing is audited', async () => {
    const person = await admin.person('student');
    const { token } = await person.signIn();
    for (const body of [{ name: 'New Name' }, { name: 'New Name', role: 'student', active: true }, {}]) {
      const answer = await admin.as(`PATCH /api/admin/users/${person.id}`, body);
      expect([answer.status, answer.json.user.name]).toEqual([200, 'New Name']);
    }
    expect((await admin.call('GET /api/auth/me', { token })).json.user.name).toBe('New Name');
    expect((await admin.audited(person.id)).map(({ action }) => action)).toEqual(['user.renamed', 'user.created']);
  });

  it('when a change is stored, moves changedAt', async () => {
    const person = await admin.person('student');
    const users = admin.connection.collection('users');
    const before = (await users.findOne({ username: person.username }))!.changedAt as Date;
    await admin.as(`PATCH /api/admin/users/${person.id}`, { name: 'Moved' });
    const after = (await users.findOne({ username: person.username }))!.changedAt as Date;
    expect(after.getTime()).toBeGreaterThan(before.getTime());
  });

  it.each([{ active: false }, { role: 'instructor' }])(
    'when an administrator does %j to themselves, answers CONFLICT',
    async (body) => {
      expect(codeOf(await admin.as(`PATCH /api/admin/users/${admin.adminId}`, body))).toEqual([409, 'CONFLICT']);
      expect((await admin.as('GET /api/auth/me')).status).toBe(200);
    },
  );

  it('when all administrators demote each other at once, one stays', async () => {
    const own = await startAdmin();
    try {
      const other = await own.person('admin');
      const { token } = await other.signIn();
      for (let round = 0; round < 5; round += 1) {
        const body = { active: false };
        const both = await Promise.all([
          own.as(`PATCH /api/admin/users/${other.id}`, body),
          own.call(`PATCH /api/admin/users/${own.adminId}`, { token, body }),
        ]);
        const active = await own.connection.collection('users').countDocuments({ role: 'admin', active: true });
        expect(active).toBeGreaterThan(0);
        for (const { status } of both) expect([200, 401, 403, 409]).toContain(status);
        if (active === 1) break;
      }
    } finally {
      await own.stop();
    }
  });

  it.each([
    [{ colour: 'red' }],
    [{ username: 'other' }],
    [{ role: 'x' }],
    [{ active: 'no' }],
    [{ password: 'hallway' }],
  ])('when the body has %j, answers VALIDATION_FAILED', async (body) => {
    const { id } = await admin.person('student');
    expect(codeOf(await admin.as(`PATCH /api/admin/users/${id}`, body))).toEqual([400, 'VALIDATION_FAILED']);
  });

  it.each(['GET', 'PATCH'])('when nobody has the id, %s answers NOT_FOUND', async (method) => {
    for (const id of [nobody, 'no-id']) {
      expect(codeOf(await admin.as(`${method} /api/admin/users/${id}`))).toEqual([404, 'NOT_FOUND']);
    }
  });
});

describe('sessions of somebody', () => {
  it('when an administrator asks, lists them; when they end them all, none is left and the audit log says so', async () => {
    const person = await admin.person('student');
    const { token } = await person.signIn();
    await person.signIn();
    const route = `/api/admin/users/${person.id}/sessions`;
    const listed = await admin.as(`GET ${route}`);
    expect(listed.json.sessions).toHaveLength(2);
    expect(listed.json.sessions[0]).toMatchObject({ device: expect.any(String), current: false });
    expect((await admin.as(`DELETE ${route}`)).status).toBe(204);
    expect((await admin.as(`GET ${route}`)).json.sessions).toEqual([]);
    expect(codeOf(await admin.call('GET /api/auth/me', { token }))).toEqual([401, 'SESSION_ENDED']);
    expect((await admin.audited(person.id))[0]?.action).toBe('user.sessions-ended');
    expect(codeOf(await admin.as(`DELETE /api/admin/users/${nobody}/sessions`))).toEqual([404, 'NOT_FOUND']);
  });
});

describe('GET /api/admin/audit', () => {
  it('when read by pages, goes from the youngest to the oldest, each entry once', async () => {
    const person = await admin.person('student');
    for (const name of ['A', 'B', 'C', 'D']) await admin.as(`PATCH /api/admin/users/${person.id}`, { name });
    const names: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { json } = await admin.as(
        `GET /api/admin/audit?targetId=${person.id}&action=user.renamed&limit=3${cursor && `&cursor=${cursor}`}`,
      );
      names.push(...json.entries.map((entry: { details: { name: { to: string } } }) => entry.details.name.to));
      cursor = json.nextCursor;
    }
    expect(names).toEqual(['D', 'C', 'B', 'A']);
    const { json } = await admin.as(`GET /api/admin/audit?actorId=${person.id}`);
    expect(json.entries.filter(({ actorId }: { actorId: string }) => actorId !== person.id)).toEqual([]);
  });
});

describe('a token that somebody took from an administrator', () => {
  /** As if the sign-in lay longer back than the proof of it counts. */
  async function startedLongAgo() {
    const { token } = await admin.login('admin');
    const sid = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).sid as string;
    const _id = admin.connection.base.Types.ObjectId.createFromHexString(sid);
    const createdAt = new Date(Date.now() - 5 * 60_000 - 1);
    await admin.connection.collection('sessions').updateOne({ _id }, { $set: { createdAt } });
    return (route: Parameters<typeof admin.call>[0], body?: unknown) => admin.call(route, { token, body });
  }

  it('when it would make an administrator or decide how one signs in, asks who it is; after that, does it', async () => {
    const call = await startedLongAgo();
    const [other, student] = [await admin.person('admin'), await admin.person('student')];
    const newAdmin = { username: freshName(), name: 'One More', role: 'admin', password: goodPassword };
    const asks = [
      () => call('POST /api/admin/users', newAdmin),
      () => call(`PUT /api/admin/users/${student.id}/roles`, { roles: ['student', 'admin'] }),
      () => call(`DELETE /api/admin/users/${student.id}/second-factor`),
      () => call(`PATCH /api/admin/users/${other.id}`, { password: 'another lantern 8 mango' }),
      () => call(`PATCH /api/admin/users/${other.id}`, { active: false }),
    ];
    for (const ask of asks) expect(codeOf(await ask())).toEqual([403, 'CONFIRMATION_REQUIRED']);
    expect((await other.signIn()).token).toBeTypeOf('string');
    await call('POST /api/auth/second-factor/confirmation', { currentPassword: 'hallway-demo' });
    for (const ask of asks) expect([200, 201, 204]).toContain((await ask()).status);
  });

  it('when it concerns nobody who administrates, goes on as before', async () => {
    const call = await startedLongAgo();
    const student = await admin.person('student');
    const password = 'another lantern 8 mango';
    expect((await call(`PATCH /api/admin/users/${student.id}`, { password, active: false })).status).toBe(200);
  });

  it('when it would set the owner’s own password, answers CONFLICT', async () => {
    const answer = await admin.as(`PATCH /api/admin/users/${admin.adminId}`, { password: 'another lantern 8 mango' });
    expect(codeOf(answer)).toEqual([409, 'CONFLICT']);
    expect((await admin.login('admin')).token).toBeTypeOf('string');
  });
});
