import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RosterOutcome } from '../src/roster/import-roster.ts';
import { delta, type RosterFixture, readAccess, smallSchool, startRoster } from './roster-fixture.ts';

let roster: RosterFixture;
beforeEach(async () => {
  roster = await startRoster();
});
afterEach(() => roster.stop());

function countsOf({ difference }: RosterOutcome) {
  return Object.fromEntries(
    difference.map(({ kind, counts }) => [
      kind,
      Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    ]),
  );
}

const without = <Row extends Record<string, string>>(rows: Row[], ...ids: string[]) =>
  rows.filter((row) => !ids.some((id) => Object.values(row).includes(id)));

describe('a bulk import', () => {
  it('when the directory is empty, makes terms, courses, sections, people, families and enrolments', async () => {
    const outcome = await roster.importBulk(smallSchool());
    expect(outcome).toMatchObject({ state: 'imported', faultCount: 0 });
    expect(countsOf(outcome)).toEqual({
      term: { added: 1 },
      course: { added: 2 },
      section: { added: 3 },
      person: { added: 7 },
      guardianship: { added: 1 },
      enrolment: { added: 10 },
    });
    const access = await readAccess(roster);
    expect(access.people).toContain('t1 t1 Tara Test instructor instructor');
    expect(access.people).toContain('p1 p1 Pat Test parent parent');
    expect(access.courses).toEqual(['art@autumn AR1 Art Autumn', 'maths@autumn MA1 Mathematics Autumn']);
    expect(access.enrolments).toContain('t1 maths@autumn instructor maths-a+maths-b');
    expect(access.families).toEqual(['p1 s1']);
    const [user] = await roster.records.users.find({ sourcedId: 't1' }).toArray();
    expect(user).toMatchObject({ passwordHash: '', active: true });
  });

  it('when the same file comes again, changes nothing and says so', async () => {
    await roster.importBulk(smallSchool());
    const before = await dump();
    const outcome = await roster.importBulk(smallSchool());
    expect(outcome.state).toBe('unchanged');
    expect(outcome.difference.every(({ counts }) => Object.values(counts).every((count) => count === 0))).toBe(true);
    expect(await dump()).toEqual(before);
  });

  it('when people, classes and enrolments are gone, ends them and keeps them as former ones', async () => {
    await roster.importBulk(smallSchool());
    const school = smallSchool();
    const outcome = await roster.importBulk({
      ...school,
      users: without(school.users, 's2'),
      roles: without(school.roles, 's2'),
      classes: without(school.classes, 'art-a'),
      enrollments: without(school.enrollments, 's2', 'art-a'),
    });
    expect(countsOf(outcome)).toMatchObject({
      course: { ended: 1 },
      section: { ended: 1 },
      person: { ended: 1 },
      enrolment: { ended: 6 },
    });
    const gone = await roster.records.users.findOne({ sourcedId: 's2' });
    expect(gone).toMatchObject({ active: false });
    const former = await roster.records.enrolments.find({ userId: gone!._id }).toArray();
    expect(former.map(({ status }) => status)).toEqual(['ended', 'ended']);
    const art = await roster.records.courses.findOne({ sourcedId: 'art@autumn' });
    expect(art!.concludesAt!.getTime()).toBeLessThanOrEqual(Date.now());
  });

  it('when everybody is back, restores what had ended', async () => {
    await roster.importBulk(smallSchool());
    const before = await readAccess(roster);
    const school = smallSchool();
    const fewer = {
      ...school,
      users: without(school.users, 's2'),
      roles: without(school.roles, 's2'),
      enrollments: without(school.enrollments, 's2'),
    };
    await roster.importBulk(fewer);
    const outcome = await roster.importBulk(smallSchool());
    expect(countsOf(outcome)).toMatchObject({ person: { restored: 1 }, enrolment: { restored: 2 } });
    expect(await readAccess(roster)).toEqual(before);
  });

  it('when somebody moves to another section, moves them within their one enrolment', async () => {
    await roster.importBulk(smallSchool());
    const school = smallSchool();
    const enrollments = school.enrollments.map((row) =>
      row.sourcedId === 'e-s1-maths-a' ? { ...row, sourcedId: 'e-s1-maths-b', classSourcedId: 'maths-b' } : row,
    );
    const outcome = await roster.importBulk({ ...school, enrollments });
    expect(countsOf(outcome).enrolment).toEqual({ changed: 1 });
    expect((await readAccess(roster)).enrolments).toContain('s1 maths@autumn student maths-b');
  });
});

async function dump() {
  const names = ['users', 'courses', 'sections', 'terms', 'enrolments', 'guardianships', 'rosterCatalog', 'auditLog'];
  return Promise.all(names.map((name) => roster.connection.collection(name).find({}).sort({ _id: 1 }).toArray()));
}

describe('a delta import', () => {
  it('when rows are added, changed and deleted, ends as the whole roster would have', async () => {
    const school = smallSchool();
    await roster.importBulk(school);
    const moved = { sourcedId: 'e-s1-maths-b', classSourcedId: 'maths-b', userSourcedId: 's1', role: 'student' };
    const renamed = { ...school.users.find(({ sourcedId }) => sourcedId === 's3')!, givenName: 'Sam' };
    const outcome = await roster.importDelta({
      users: [...delta([renamed]), ...delta([{ sourcedId: 's4' }], 'tobedeleted')],
      enrollments: [...delta([moved]), ...delta([{ sourcedId: 'e-s1-maths-a' }], 'tobedeleted')],
    });
    expect(countsOf(outcome)).toMatchObject({ person: { changed: 1, ended: 1 }, enrolment: { changed: 1, ended: 2 } });
    const access = await readAccess(roster);
    expect(access.enrolments).toContain('s1 maths@autumn student maths-b');
    expect(access.people).toContain('s3 s3 Sam Test student student');
    expect(access.people.some((line) => line.startsWith('s4'))).toBe(false);
  });

  it('when it comes twice, changes nothing the second time', async () => {
    await roster.importBulk(smallSchool());
    const change = { enrollments: delta([{ sourcedId: 'e-s1-maths-a' }], 'tobedeleted') };
    expect((await roster.importDelta(change)).state).toBe('imported');
    expect((await roster.importDelta(change)).state).toBe('unchanged');
  });

  it('when a whole file comes although changes were announced, is refused', async () => {
    await roster.importBulk(smallSchool());
    const outcome = await roster.importBulk({ users: [] }, { delta: true });
    expect(outcome).toMatchObject({ state: 'faulty', faults: [{ file: 'manifest.csv' }] });
    expect(await roster.records.users.countDocuments({ active: true })).toBe(7);
  });
});

describe('the guard against removals', () => {
  it('when more than a tenth of a kind would end, stops and writes nothing unless that is confirmed', async () => {
    await roster.importBulk(smallSchool());
    const before = await dump();
    const school = smallSchool();
    const cut = { ...school, enrollments: without(school.enrollments, 'maths-a') };
    const stopped = await roster.importBulk(cut, { confirmRemovals: false });
    expect(stopped).toMatchObject({ state: 'stopped', excess: [{ kind: 'enrolment', ended: 2, inForce: 10 }] });
    expect(await dump()).toEqual(before);
    expect((await roster.importBulk(cut, { confirmRemovals: true })).state).toBe('imported');
  });

  it('when a dry run is asked for, tells the whole difference and writes nothing', async () => {
    await roster.importBulk(smallSchool());
    const before = await dump();
    const school = smallSchool();
    const lines: string[] = [];
    const outcome = await roster.importBulk(
      { ...school, enrollments: without(school.enrollments, 'maths-a') },
      { dryRun: true, onChange: ({ verb, key }) => void lines.push(`${verb} ${key}`) },
    );
    expect(outcome).toMatchObject({ state: 'compared', excess: [{ kind: 'enrolment', ended: 2 }] });
    expect(lines).toHaveLength(3);
    expect(await dump()).toEqual(before);
  });
});

describe('what was done by hand', () => {
  const idOf = async (kind: 'users' | 'courses', sourcedId: string) =>
    (await roster.connection.collection(kind).findOne({ sourcedId }))!._id;

  it('when an enrolment was made by hand, is never touched by a roster', async () => {
    const school = smallSchool();
    await roster.importBulk({ ...school, enrollments: without(school.enrollments, 's1') });
    const pair = { courseId: await idOf('courses', 'art@autumn'), userId: await idOf('users', 's1') };
    const byHand = { ...pair, role: 'ta' as const, status: 'active' as const, createdAt: new Date(0) };
    await roster.records.enrolments.insertOne({ ...byHand, source: 'manual' });
    const before = await roster.records.enrolments.findOne(pair);
    const outcome = await roster.importBulk(school);
    expect(outcome.notes.map(({ what }) => what)).toContain('An enrolment made by hand stays as it is');
    await roster.importBulk({ ...school, enrollments: without(school.enrollments, 's1') });
    expect(await roster.records.enrolments.findOne(pair)).toEqual(before);
  });

  it('when an administrator ended an enrolment or closed an account, stays so until the roster changes its mind', async () => {
    const school = smallSchool();
    await roster.importBulk(school);
    const pair = { courseId: await idOf('courses', 'art@autumn'), userId: await idOf('users', 's1') };
    await roster.records.enrolments.updateOne(pair, { $set: { status: 'ended', sectionIds: [] } });
    await roster.records.users.updateOne({ sourcedId: 's2' }, { $set: { active: false } });
    expect((await roster.importBulk(school)).state).toBe('unchanged');
    const fewer = {
      ...school,
      users: without(school.users, 's2'),
      roles: without(school.roles, 's2'),
      enrollments: without(school.enrollments, 'e-s1-art-a', 's2'),
    };
    await roster.importBulk(fewer);
    await roster.importBulk(school);
    expect(await roster.records.enrolments.findOne(pair)).toMatchObject({ status: 'active' });
    expect(await roster.records.users.findOne({ sourcedId: 's2' })).toMatchObject({ active: true });
  });

  it('when somebody is an administrator, keeps the role and stays active after leaving the roster', async () => {
    const school = smallSchool();
    await roster.importBulk(school);
    const admin = { role: 'admin' as const, roles: ['admin' as const, 'instructor' as const] };
    await roster.records.users.updateOne({ sourcedId: 't1' }, { $set: admin });
    await roster.importBulk(school);
    expect(await roster.records.users.findOne({ sourcedId: 't1' })).toMatchObject(admin);
    await roster.importBulk({
      ...school,
      users: without(school.users, 't1'),
      roles: without(school.roles, 't1'),
      enrollments: without(school.enrollments, 't1'),
    });
    expect(await roster.records.users.findOne({ sourcedId: 't1' })).toMatchObject({ ...admin, active: true });
  });

  it('when an account was made by hand with the same username, is refused unless it may be adopted', async () => {
    const keys = { username: 'T1', usernameKey: 't1', name: 'Tara', nameKey: 'tara', passwordHash: 'hash' };
    const times = { createdAt: new Date(), changedAt: new Date() };
    const { insertedId } = await roster.records.users.insertOne({
      ...keys,
      ...times,
      role: 'instructor',
      active: true,
    } as never);
    const refused = await roster.importBulk(smallSchool());
    expect(refused).toMatchObject({ state: 'faulty', faults: [{ file: 'users.csv', line: 2 }] });
    expect(await roster.records.users.countDocuments({})).toBe(1);
    expect((await roster.importBulk(smallSchool(), { adoptAccounts: true })).state).toBe('imported');
    const adopted = await roster.records.users.findOne({ _id: insertedId });
    expect(adopted).toMatchObject({ sourcedId: 't1', passwordHash: 'hash', name: 'Tara Test' });
  });
});

describe('roles', () => {
  it('when a roster names administrators, gives that role only where it was explicitly allowed', async () => {
    const school = smallSchool();
    const head = { sourcedId: 'r-t1-head', userSourcedId: 't1', roleType: 'secondary', role: 'districtAdministrator' };
    const counsellor = { sourcedId: 'r-t2-c', userSourcedId: 't2', roleType: 'secondary', role: 'counselor' };
    const given = { ...school, roles: [...school.roles, head, counsellor] };
    await roster.importBulk(given);
    expect(await roster.records.users.findOne({ sourcedId: 't1' })).toMatchObject({ roles: ['instructor'] });
    expect(await roster.records.users.findOne({ sourcedId: 't2' })).toMatchObject({ safetyStaff: true });
    await roster.importBulk(given, { administrators: new Set(['districtAdministrator']) });
    expect(await roster.records.users.findOne({ sourcedId: 't1' })).toMatchObject({ roles: ['instructor', 'admin'] });
    await roster.importBulk(given);
    expect(await roster.records.users.findOne({ sourcedId: 't1' })).toMatchObject({ roles: ['instructor'] });
  });

  it('when usernames are swapped, gives each the other one', async () => {
    const school = smallSchool();
    await roster.importBulk(school);
    const swap: Record<string, string> = { s1: 's2', s2: 's1' };
    const users = school.users.map((row) => ({ ...row, username: swap[row.sourcedId!] ?? row.username! }));
    expect((await roster.importBulk({ ...school, users })).state).toBe('imported');
    expect(await roster.records.users.findOne({ sourcedId: 's1' })).toMatchObject({
      username: 's2',
      usernameKey: 's2',
    });
  });
});

describe('sessions and passwords', () => {
  it('when somebody leaves the roster, ends their sessions', async () => {
    const school = smallSchool();
    await roster.importBulk(school);
    const user = await roster.records.users.findOne({ sourcedId: 's2' });
    const sessions = roster.connection.collection('sessions');
    const future = new Date(Date.now() + 3_600_000);
    await sessions.insertOne({
      userId: user!._id,
      endedAt: null,
      expiresAt: future,
      endsAt: future,
      current: [],
      spent: [],
    });
    await roster.importBulk({
      ...school,
      users: without(school.users, 's2'),
      roles: without(school.roles, 's2'),
      enrollments: without(school.enrollments, 's2'),
    });
    expect(await sessions.findOne({ userId: user!._id })).toMatchObject({ endReason: 'deactivated' });
    expect((await roster.records.users.findOne({ sourcedId: 's2' }))!.roster!.endSessions).toBeNull();
  });

  it('when the file has passwords, sets them once, and never a weak one', async () => {
    const school = smallSchool();
    const passwords: Record<string, string> = { s1: 'violet-harbour-lantern-9', s2: 'password1234' };
    const users = school.users.map((row) => ({ ...row, password: passwords[row.sourcedId!] ?? '' }));
    const outcome = await roster.importBulk({ ...school, users });
    expect(outcome).toMatchObject({ state: 'imported', passwordsSet: 1 });
    expect(JSON.stringify(outcome)).not.toContain('violet-harbour');
    const before = await roster.records.users.findOne({ sourcedId: 's1' });
    expect(before!.passwordHash).toMatch(/^\$argon2id\$/);
    expect(await roster.records.users.findOne({ sourcedId: 's2' })).toMatchObject({ passwordHash: '' });
    const again = await roster.importBulk({
      ...school,
      users: users.map((row) => ({ ...row, password: 'another-long-one-77' })),
    });
    expect(again.passwordsSet).toBe(6);
    expect((await roster.records.users.findOne({ sourcedId: 's1' }))!.passwordHash).toBe(before!.passwordHash);
  });
});

describe('the audit log', () => {
  it('when an import writes, has an entry before and one after, and none for a run without a change', async () => {
    await roster.importBulk(smallSchool(), { description: { file: 'school.zip' } });
    await roster.importBulk(smallSchool());
    const entries = await roster.connection.collection('auditLog').find({}).sort({ _id: 1 }).toArray();
    expect(entries.map(({ action }) => action)).toEqual(['roster.import-started', 'roster.imported']);
    expect(entries[1]!.details).toMatchObject({ file: 'school.zip', planned: { person: { added: 7 } } });
  });
});

describe('two imports at once', () => {
  it('when one runs, keeps the other away, and lets it in when the first one died', async () => {
    const first = await roster.lease.acquire('first', { withinMs: 0, onWait: () => undefined });
    expect(await roster.lease.acquire('second', { withinMs: 0, onWait: () => undefined })).toBeNull();
    await first!.release();
    const second = await roster.lease.acquire('second', { withinMs: 0, onWait: () => undefined });
    expect(second).not.toBeNull();
    await second!.release();
  });
});
