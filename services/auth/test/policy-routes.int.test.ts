import { createBusNames } from '@hallway/bus';
import { createRedis } from '@hallway/platform';
import { openSchoolRecords } from '@hallway/policy';
import { captureLog, eventually } from '@hallway/testkit';
import mongoose from 'mongoose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AuthFixture, startAuth } from './auth-fixture.ts';

let auth: AuthFixture;
const tokens = new Map<string, string>();
const ids = new Map<string, string>();
const nobody = 'ffffffffffffffffffffffff';

beforeAll(async () => {
  auth = await startAuth();
  for (const username of ['john', 'sarah', 'maya', 'maria', 'peter', 'chen', 'okafor', 'admin']) {
    const { token, user } = await auth.login(username);
    tokens.set(username, token);
    ids.set(username, user.id);
  }
});
afterAll(() => auth.stop());
afterEach(async () => {
  await openSchoolRecords(auth.connection).blocks.deleteMany({});
});

const as = (username: string) => ({ token: tokens.get(username) });
const idOf = (name: string) => ids.get(name) ?? name;
const mayMessage = (asker: string, other: string, query = '') =>
  auth.call(`GET /api/directory/people/${idOf(other)}/may-message${query}`, as(asker));
const block = (blocker: string, other: string) => auth.call(`PUT /api/directory/blocks/${idOf(other)}`, as(blocker));
const unblock = (blocker: string, other: string) =>
  auth.call(`DELETE /api/directory/blocks/${idOf(other)}`, as(blocker));
const blocked = async (blocker: string) => {
  const answer = await auth.call('GET /api/directory/blocks', as(blocker));
  return answer.json.blocks.map(({ person }: { person: { username: string } }) => person.username);
};
const listed = async (asker: string) => {
  const answer = await auth.call('GET /api/directory/people?limit=200', as(asker));
  return answer.json.people.map(({ username }: { username: string }) => username);
};
const toId = (name: string) => new mongoose.Types.ObjectId(idOf(name));

/** What the body says, without what differs from request to request. */
const withoutRequestId = (text: string) => text.replace(/"requestId":"[^"]+"/, '');

describe('may-message', () => {
  it('when somebody may be messaged, names what connects the two', async () => {
    expect((await mayMessage('john', 'sarah')).json).toEqual({ allowed: true, because: ['CS101', 'MATH201'] });
    expect((await mayMessage('maria', 'john')).json).toEqual({ allowed: true, because: ['Child'] });
    expect((await mayMessage('peter', 'admin')).json).toEqual({ allowed: true, because: ['Administration'] });
    expect((await mayMessage('admin', 'peter')).json).toEqual({ allowed: true, because: ['Administration'] });
  });

  it('when the caller cannot know of somebody, answers as if nobody were there', async () => {
    const stranger = await mayMessage('peter', 'john');
    const absent = await mayMessage('peter', nobody);
    expect([stranger.status, absent.status]).toEqual([404, 404]);
    expect(withoutRequestId(stranger.text)).toBe(withoutRequestId(absent.text));
    expect((await mayMessage('maya', 'okafor')).status).toBe(404);
    expect((await mayMessage('peter', 'no-id')).status).toBe(404);
  });

  it('when the two share something that does not allow writing, says why', async () => {
    const strict = await startAuth({ POLICY_STUDENTS: 'staff-only' });
    try {
      const { token } = await strict.login('john');
      const { user } = await strict.login('maya');
      const answer = await strict.call(`GET /api/directory/people/${user.id}/may-message`, { token });
      expect([answer.status, answer.json]).toEqual([
        200,
        {
          allowed: false,
          reason: 'STUDENTS_OFF',
          explanation:
            "You can't message this person: students can write to their instructors here, not to each other.",
        },
      ]);
    } finally {
      await strict.stop();
    }
  });

  it('when an administrator asks about two others, explains fully; anybody else may not ask', async () => {
    const pair = `?from=${idOf('peter')}`;
    expect((await mayMessage('admin', 'john', pair)).json).toMatchObject({ allowed: false, reason: 'NOT_RELATED' });
    expect((await mayMessage('admin', 'chen', pair)).json).toEqual({ allowed: true, because: ['CS101'] });
    expect((await mayMessage('admin', nobody, pair)).status).toBe(404);
    await block('john', 'sarah');
    const { json } = await mayMessage('admin', 'john', `?from=${idOf('sarah')}`);
    expect(json).toEqual({
      allowed: false,
      reason: 'BLOCKED',
      explanation: 'One of the two has blocked the other.',
    });
    const refused = await mayMessage('chen', 'john', `?from=${idOf('sarah')}`);
    expect([refused.status, refused.json.error.code]).toEqual([403, 'FORBIDDEN']);
    const self = await mayMessage('john', 'john');
    expect([self.status, self.json.error.code]).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('when a course ended longer ago than the grace, says that it can only be read', async () => {
    const { courses } = openSchoolRecords(auth.connection);
    const longAgo = new Date(Date.now() - 15 * 24 * 3600 * 1000);
    await courses.updateMany({}, { $set: { concludesAt: longAgo, changedAt: new Date() } });
    const { json } = await mayMessage('john', 'chen');
    expect(json).toMatchObject({ allowed: false, reason: 'READ_ONLY' });
    await eventually(async () => expect(await listed('john')).toEqual(['admin', 'maria']), { withinMs: 6000 });
    await courses.updateMany({}, { $set: { concludesAt: null, changedAt: new Date() } });
    expect((await mayMessage('john', 'chen')).json.allowed).toBe(true);
    await eventually(async () => expect(await listed('john')).toContain('chen'), { withinMs: 6000 });
  });
});

describe('the block list', () => {
  it('when somebody is blocked, refuses both within a second, tells only the blocker why, and can be undone', async () => {
    expect(await listed('sarah')).toContain('john');
    expect((await block('john', 'sarah')).status).toBe(204);
    expect((await block('john', 'sarah')).status).toBe(204);
    expect(await blocked('john')).toEqual(['sarah']);
    expect((await mayMessage('john', 'sarah')).json).toMatchObject({ allowed: false, reason: 'BLOCKED' });
    const told = await mayMessage('sarah', 'john');
    expect(told.json).toMatchObject({ allowed: false, reason: 'NOT_RELATED' });
    expect(told.text).not.toMatch(/block/i);
    await eventually(async () => expect(await listed('sarah')).not.toContain('john'), { withinMs: 1000 });
    await eventually(async () => expect(await listed('john')).not.toContain('sarah'), { withinMs: 1000 });
    expect((await unblock('john', 'sarah')).status).toBe(204);
    expect((await unblock('john', 'sarah')).status).toBe(204);
    expect(await blocked('john')).toEqual([]);
    await eventually(async () => expect(await listed('sarah')).toContain('john'), { withinMs: 1000 });
  });

  it('when nothing changes, tells nobody; when somebody changes it without end, answers RATE_LIMITED', async () => {
    const { REDIS_URL: url, REDIS_PREFIX: prefix } = auth.config;
    const redis = createRedis({ url, log: captureLog().log, role: 'test', kind: 'commands' });
    const told = () => redis.get(createBusNames(prefix).directoryPosition);
    await block('maya', 'sarah');
    const position = await told();
    await block('maya', 'sarah');
    expect(await told()).toBe(position);
    await unblock('maya', 'sarah');
    expect(await told()).not.toBe(position);
    redis.disconnect();
    const answers = await Promise.all(Array.from({ length: 150 }, () => unblock('maya', 'sarah')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204, 429]));
  });

  it('when blocked again after it was lifted, holds again with its own time', async () => {
    await block('john', 'sarah');
    const { blocks } = openSchoolRecords(auth.connection);
    const [first] = await blocks.find().toArray();
    await unblock('john', 'sarah');
    await block('john', 'sarah');
    const [again] = await blocks.find().toArray();
    expect(again!._id).toEqual(first!._id);
    expect(again!.createdAt.getTime()).toBeGreaterThan(first!.createdAt.getTime());
    expect(await blocked('john')).toEqual(['sarah']);
  });

  it('when somebody must stay reachable, is refused', async () => {
    const { users, enrolments } = openSchoolRecords(auth.connection);
    const refusals = async (blocker: string, other: string) => {
      const { status, json } = await block(blocker, other);
      return [status, json?.error?.code];
    };
    expect(await refusals('john', 'chen')).toEqual([403, 'FORBIDDEN']);
    expect(await refusals('maria', 'okafor')).toEqual([403, 'FORBIDDEN']);
    expect(await refusals('john', 'admin')).toEqual([403, 'FORBIDDEN']);
    expect(await refusals('chen', 'john')).toEqual([403, 'FORBIDDEN']);
    const assistant = { userId: toId('maya') };
    await enrolments.updateMany(assistant, { $set: { role: 'ta', changedAt: new Date() } });
    expect(await refusals('john', 'maya')).toEqual([403, 'FORBIDDEN']);
    await enrolments.updateMany(assistant, { $set: { role: 'student', changedAt: new Date() } });
    await users.updateOne({ _id: toId('maya') }, { $set: { safetyStaff: true, changedAt: new Date() } });
    expect(await refusals('john', 'maya')).toEqual([403, 'FORBIDDEN']);
    await users.updateOne({ _id: toId('maya') }, { $unset: { safetyStaff: 1 }, $set: { changedAt: new Date() } });
    expect(await refusals('john', 'maya')).toEqual([204, undefined]);
  });

  it('when the person is unknown to the caller, is the caller, or nobody, is refused', async () => {
    const stranger = await block('peter', 'john');
    const absent = await block('peter', nobody);
    expect([stranger.status, absent.status]).toEqual([404, 404]);
    expect(withoutRequestId(stranger.text)).toBe(withoutRequestId(absent.text));
    expect((await block('john', 'john')).status).toBe(400);
    expect((await block('john', 'no-id')).status).toBe(404);
    expect((await unblock('john', nobody)).status).toBe(204);
    expect((await auth.call('GET /api/directory/blocks')).status).toBe(401);
  });

  it('when the list is full, refuses another one, and takes back one that is on it', async () => {
    const { blocks } = openSchoolRecords(auth.connection);
    const now = new Date();
    const made = { blockerId: toId('john'), endedAt: null, createdAt: now, changedAt: now };
    await blocks.insertMany(Array.from({ length: 499 }, () => ({ ...made, blockedId: new mongoose.Types.ObjectId() })));
    expect((await block('john', 'sarah')).status).toBe(204);
    const full = await block('john', 'maya');
    expect([full.status, full.json.error.code]).toEqual([409, 'CONFLICT']);
    expect((await block('john', 'sarah')).status).toBe(204);
  });

  it('when there are several, lists them by name and by pages', async () => {
    await block('john', 'sarah');
    await block('john', 'maya');
    const first = await auth.call('GET /api/directory/blocks?limit=1', as('john'));
    expect(first.json.blocks).toMatchObject([{ person: { username: 'maya' }, blockedAt: expect.any(String) }]);
    const next = await auth.call(`GET /api/directory/blocks?limit=1&cursor=${first.json.nextCursor}`, as('john'));
    expect(next.json).toMatchObject({ blocks: [{ person: { username: 'sarah' } }], nextCursor: null });
  });
});
