import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkReferences } from './check-references.ts';
import { createEmptyRows } from './create-empty-rows.ts';
import { readManifest } from './read-manifest.ts';
import { readRoster } from './read-roster.ts';
import { createRosterFaults } from './roster-faults.ts';
import { toMembership, toSchool } from './to-school.ts';

const good: Record<string, string> = {
  academicSessions:
    'sourcedId,title,startDate,endDate\nt1,Autumn,2026-09-01,2026-12-20\nt2,Year,2026-09-01,2027-07-01\n',
  courses: 'sourcedId,title,courseCode\nc1,Maths,MA1\n',
  classes: 'sourcedId,title,courseSourcedId,termSourcedIds\nk1,A,c1,t1\nk2,B,c1,t1\nk3,C,c1,"t1,t2"\n',
  users:
    'sourcedId,enabledUser,username,givenName,familyName,agentSourcedIds\nu1,true,ada,Ada,O,\nu2,true,kim,Kim,P,u3\nu3,true,pat,Pat,P,\n',
  roles:
    'sourcedId,userSourcedId,roleType,role\nr1,u1,primary,teacher\nr2,u2,primary,student\nr3,u3,primary,guardian\n',
  enrollments: 'sourcedId,classSourcedId,userSourcedId,role\ne1,k1,u1,teacher\ne2,k2,u1,student\ne3,k1,u2,student\n',
};

async function read(changes: Record<string, string | null> = {}, mode = 'bulk') {
  const contents = Object.fromEntries(Object.entries({ ...good, ...changes }).filter(([, text]) => text !== null));
  const announced = Object.keys({ ...good, ...changes }).filter((name) => name !== 'manifest');
  const manifest = `propertyName,value\n${announced.map((name) => `file.${name},${mode}`).join('\n')}\n`;
  const all: Record<string, string> = { manifest, ...(contents as Record<string, string>) };
  const files = {
    names: new Set(Object.keys(all)),
    open: async (name: string) => Readable.from([Buffer.from(all[name] ?? '')]),
    close: () => undefined,
  };
  const faults = createRosterFaults();
  const rows = createEmptyRows();
  onTestFinished(rows.staging.close);
  await readRoster({
    files,
    rows,
    manifest: await readManifest(files, faults, false),
    faults,
    now: new Date('2026-10-01'),
    administrators: new Set(),
    loadKnown: async () => undefined,
    onProgress: () => undefined,
  });
  checkReferences(rows, await readManifest(files, createRosterFaults(), false), faults);
  const told = faults.list().map(({ file, line, message }) => `${file}:${line} ${message}`);
  return { rows, faults: told, count: faults.count, school: toSchool(rows, faults), notes: faults.listNotes() };
}

describe('readRoster', () => {
  it('when everything holds, finds no fault and makes courses of classes and sessions', async () => {
    const { faults, school } = await read();
    expect(faults).toEqual([]);
    expect([...school.offerings.keys()]).toEqual(['c1@t1', 'c1@t2']);
    expect([...school.families.inPages(10)].flat()).toEqual([{ parentId: 'u3', childId: 'u2' }]);
    const course = school.offerings.get('c1@t1')!;
    expect(toMembership(school.people.membersOf(course).get('u1')?.rows ?? [])).toMatchObject({
      role: 'instructor',
      classIds: ['k1', 'k2'],
    });
  });

  it('when references go nowhere, names file and line of each', async () => {
    const { faults } = await read({
      classes: 'sourcedId,title,courseSourcedId,termSourcedIds\nk1,A,c9,t1\nk2,B,c1,t9\n',
      enrollments: 'sourcedId,classSourcedId,userSourcedId,role\ne1,k1,u1,teacher\ne2,k8,u8,student\n',
    });
    expect(faults).toEqual([
      'classes.csv:2 courseSourcedId names c9, which is not in courses.csv',
      'classes.csv:3 termSourcedIds names t9, which is not in academicSessions.csv',
      'enrollments.csv:3 userSourcedId names u8, which is not in users.csv',
      'enrollments.csv:3 classSourcedId names k8, which is not in classes.csv',
    ]);
  });

  it.each([
    [
      'an id twice',
      { courses: 'sourcedId,title\nc1,A\nc1,B\n' },
      'courses.csv:3 sourcedId c1 stands twice, first in line 2',
    ],
    ['no id', { courses: 'sourcedId,title\nc1,A\n,B\n' }, 'courses.csv:3 sourcedId is empty'],
    [
      'a date of no calendar',
      {
        academicSessions: 'sourcedId,title,startDate,endDate\nt1,A,2026-02-30,2026-12-20\nt2,B,2026-01-01,2026-02-01\n',
      },
      'academicSessions.csv:2 startDate is no date of the form 2026-09-01: "2026-02-30"',
    ],
    [
      'a role with a typing error',
      { roles: good.roles!.replace('teacher', 'teachr') },
      'roles.csv:2 role is none of OneRoster\'s: "teachr"',
    ],
    [
      'a username of others',
      { users: good.users!.replace('pat', 'KIM') },
      'users.csv:4 username KIM is also that of line 3',
    ],
    ['a missing file', { courses: null }, 'manifest.csv:0 announces courses.csv, which is not there'],
    [
      'somebody without a role',
      { roles: good.roles!.replace('r1,u1,primary,teacher\n', '') },
      'users.csv:2 u1 has no role in roles.csv',
    ],
    [
      'a username with spaces',
      { users: good.users!.replace(',pat,', ',pat p,') },
      'users.csv:4 username "pat p" cannot be used: it begins with a letter or digit, then letters, digits and . _ @ + -',
    ],
  ])('when there is %s, says so', async (_, changes, expected) => {
    expect((await read(changes)).faults).toContain(expected);
  });

  it('when faults are many, keeps the first and counts all', async () => {
    const rows = Array.from({ length: 1000 }, (_, index) => `e${index},k1,nobody,student`).join('\n');
    const { faults, count } = await read({ enrollments: `sourcedId,classSourcedId,userSourcedId,role\n${rows}\n` });
    expect({ kept: faults.length, count }).toEqual({ kept: 200, count: 1000 });
  });

  it('when a delta lacks status or time, is refused', async () => {
    const { faults } = await read(
      { courses: 'sourcedId,status,dateLastModified,title\nc1,,,A\nc2,active,,B\n' },
      'delta',
    );
    expect(faults).toContain('courses.csv:2 status must be active or tobedeleted, and is ""');
    expect(faults).toContain('courses.csv:3 dateLastModified is empty, which a delta needs');
  });

  it('when files say nothing that Hallway keeps, ignores them with a note', async () => {
    const { faults, notes } = await read({ demographics: 'sourcedId,sex\nu1,x\n' });
    expect(faults).toEqual([]);
    expect(notes).toEqual([
      { what: 'A file is ignored: Hallway keeps nothing of it', count: 1, examples: ['demographics.csv'] },
    ]);
  });

  it('when an enrolment or a role has ended, it gives nothing', async () => {
    const { rows, school } = await read({
      enrollments: 'sourcedId,classSourcedId,userSourcedId,role,endDate\ne1,k1,u1,teacher,2026-09-15\n',
      roles: `${good.roles!.replace('role\n', 'role,endDate\n').replace('teacher', 'teacher,2026-09-15').replace('student', 'student,').replace('guardian', 'guardian,')}`,
    });
    expect(rows.enrollments.lineOf('e1')).toBe(null);
    expect(school.people.find('u1')).toMatchObject({ present: false, roles: [] });
  });
});
