import { createBusNames, createPresenceLease } from '@hallway/bus';
import { createFactsReader, createPolicyFacts, mayMessage, toPolicySettings } from '@hallway/policy';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthFixture, startAuth } from './auth-fixture.ts';

let auth: AuthFixture;
beforeAll(async () => {
  auth = await startAuth();
});
afterAll(() => auth.stop());

interface Person {
  id: string;
  username: string;
  online: boolean;
  via: string[];
}

async function peopleOf(username: string, query = '', service = auth): Promise<Person[]> {
  const { token } = await service.login(username);
  const answer = await service.call(`GET /api/directory/people?${query}`, { token });
  expect(answer.status).toBe(200);
  return answer.json.people;
}

const viaOf = (people: Person[]) => Object.fromEntries(people.map(({ username, via }) => [username, via]));
const everybody = ['john', 'sarah', 'mike', 'maya', 'tom', 'alex', 'maria', 'peter', 'chen', 'okafor', 'admin'];

describe('people', () => {
  it.each([
    [
      'john',
      {
        alex: ['CS101'],
        chen: ['CS101'],
        admin: ['Administration'],
        maria: ['Parent'],
        maya: ['CS101'],
        mike: ['CS101', 'MATH201'],
        okafor: ['MATH201'],
        sarah: ['CS101', 'MATH201'],
        tom: ['CS101'],
      },
    ],
    ['maria', { admin: ['Administration'], chen: ['CS101'], john: ['Child'], okafor: ['MATH201'] }],
    [
      'okafor',
      {
        admin: ['Administration'],
        chen: ['Colleague'],
        john: ['MATH201'],
        maria: ['MATH201'],
        mike: ['MATH201'],
        peter: ['MATH201'],
        sarah: ['MATH201'],
      },
    ],
    [
      'maya',
      {
        admin: ['Administration'],
        alex: ['CS101'],
        chen: ['CS101'],
        john: ['CS101'],
        mike: ['CS101'],
        sarah: ['CS101'],
        tom: ['CS101'],
      },
    ],
  ])('when %s asks, lists exactly whom they may message, with the reason', async (username, expected) => {
    expect(viaOf(await peopleOf(username))).toEqual(expected);
  });

  it('when an admin asks, lists everybody else', async () => {
    const usernames = (await peopleOf('admin')).map(({ username }) => username);
    expect(usernames.sort()).toEqual(everybody.filter((name) => name !== 'admin').sort());
  });

  it.each(['shared-course', 'anyone', 'staff-only'])(
    'when students may write to %s, agrees with the policy for every pair',
    async (students) => {
      for (const parents of ['true', 'false']) {
        const service = await startAuth({ POLICY_STUDENTS: students, POLICY_PARENTS: parents });
        try {
          const users = await service.connection.collection('users').find().toArray();
          const ids = new Map(users.map((user) => [user.username as string, user._id.toHexString()]));
          const facts = await createPolicyFacts({ reader: createFactsReader(service.connection) }).factsOf([
            ...ids.values(),
          ]);
          const context = { settings: toPolicySettings(service.config), now: Date.now() };
          for (const username of everybody) {
            const self = facts.get(ids.get(username)!)!;
            const allowed = everybody.filter((other) => mayMessage(self, facts.get(ids.get(other)!)!, context).allowed);
            const listed = (await peopleOf(username, '', service)).map((person) => person.username);
            expect([username, listed.sort()]).toEqual([username, allowed.sort()]);
          }
        } finally {
          await service.stop();
        }
      }
    },
  );

  it('when a part of a name or username is given, matches without case and takes it literally', async () => {
    const names = async (query: string) =>
      (await peopleOf('admin', `query=${encodeURIComponent(query)}`)).map(({ username }) => username);
    expect(await names('OSEI')).toEqual(['mike', 'peter']);
    expect(await names('okaf')).toEqual(['okafor']);
    expect(await names('dr. lin')).toEqual(['chen']);
    expect(await names('.*')).toEqual([]);
    expect(await names('(')).toEqual([]);
    expect(await names('')).toHaveLength(10);
  });

  it('when read by pages of three, goes through all by name, each once', async () => {
    const { token } = await auth.login('admin');
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const answer = await auth.call(`GET /api/directory/people?limit=3${cursor && `&cursor=${cursor}`}`, { token });
      expect(answer.json.people.length).toBeLessThanOrEqual(3);
      seen.push(...answer.json.people.map(({ name }: { name: string }) => name));
      cursor = answer.json.nextCursor;
    }
    expect(seen).toHaveLength(10);
    expect(seen).toEqual([...seen].sort());
  });

  it('when somebody is deactivated, leaves them out', async () => {
    const users = auth.connection.collection('users');
    await users.updateOne({ usernameKey: 'tom' }, { $set: { active: false } });
    expect(viaOf(await peopleOf('john'))).not.toHaveProperty('tom');
    await users.updateOne({ usernameKey: 'tom' }, { $set: { active: true } });
    expect(viaOf(await peopleOf('john'))).toHaveProperty('tom');
  });

  it('when a person is connected to a gateway, shows them online', async () => {
    const redis = new Redis(auth.config.REDIS_URL);
    const names = createBusNames(auth.config.REDIS_PREFIX);
    const { user } = await auth.login('sarah');
    const lease = createPresenceLease({ redis, names, gateway: 'test-gateway' });
    await lease.renew(new Map([[user.id, 1]]));
    const online = (await peopleOf('john')).filter((person) => person.online).map(({ username }) => username);
    expect(online).toEqual(['sarah']);
    await lease.release();
    redis.disconnect();
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=many',
    'cursor=abc',
    `cursor=${Buffer.from('["a","b"]').toString('base64url')}`,
    `query=${'x'.repeat(101)}`,
  ])('when asked with %s, answers VALIDATION_FAILED', async (query) => {
    const { token } = await auth.login('john');
    const answer = await auth.call(`GET /api/directory/people?${query}`, { token });
    expect([answer.status, answer.json.error.code]).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('when a parameter is unknown, ignores it', async () => {
    expect(await peopleOf('maria', 'colour=green')).toHaveLength(4);
  });
});

describe('courses', () => {
  it('when a student asks, lists theirs by code with instructors and the number of students', async () => {
    const { token } = await auth.login('john');
    const answer = await auth.call('GET /api/directory/courses', { token });
    expect(answer.json).toEqual({
      courses: [
        {
          id: expect.any(String),
          code: 'CS101',
          title: 'Introduction to Programming',
          term: 'Autumn 2026',
          myRole: 'student',
          instructors: [{ id: expect.any(String), username: 'chen', name: 'Dr. Lin Chen', role: 'instructor' }],
          studentCount: 6,
        },
        {
          id: expect.any(String),
          code: 'MATH201',
          title: 'Linear Algebra',
          term: 'Autumn 2026',
          myRole: 'student',
          instructors: [{ id: expect.any(String), username: 'okafor', name: 'Prof. Ada Okafor', role: 'instructor' }],
          studentCount: 3,
        },
      ],
      nextCursor: null,
    });
  });

  it('when read by pages of one, goes through all', async () => {
    const { token } = await auth.login('sarah');
    const first = await auth.call('GET /api/directory/courses?limit=1', { token });
    const second = await auth.call(`GET /api/directory/courses?limit=1&cursor=${first.json.nextCursor}`, { token });
    expect([...first.json.courses, ...second.json.courses].map(({ code }) => code)).toEqual(['CS101', 'MATH201']);
    expect(second.json.nextCursor).toBeNull();
  });

  it('when an instructor asks, says what they are there; when a parent asks, lists nothing', async () => {
    const chen = await auth.call('GET /api/directory/courses', { token: (await auth.login('chen')).token });
    expect(chen.json.courses.map(({ code, myRole }: Record<string, string>) => [code, myRole])).toEqual([
      ['CS101', 'instructor'],
    ]);
    const maria = await auth.call('GET /api/directory/courses', { token: (await auth.login('maria')).token });
    expect(maria.json).toEqual({ courses: [], nextCursor: null });
  });
});

describe('children', () => {
  it('when a parent asks, lists their children with the courses they take', async () => {
    const { token } = await auth.login('maria');
    const answer = await auth.call('GET /api/directory/children', { token });
    expect(answer.json.children).toEqual([
      {
        id: expect.any(String),
        username: 'john',
        name: 'John Park',
        role: 'student',
        courses: [
          { id: expect.any(String), code: 'CS101', title: 'Introduction to Programming', term: 'Autumn 2026' },
          { id: expect.any(String), code: 'MATH201', title: 'Linear Algebra', term: 'Autumn 2026' },
        ],
      },
    ]);
  });

  it('when somebody is no parent, answers an empty list', async () => {
    const { token } = await auth.login('john');
    expect((await auth.call('GET /api/directory/children', { token })).json).toEqual({
      children: [],
      nextCursor: null,
    });
  });
});
