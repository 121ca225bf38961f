import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBusNames } from '@hallway/bus';
import { createLog, createRedis, waitForRedis } from '@hallway/platform';
import { useTestEngines } from '@hallway/testkit';
import mongoose from 'mongoose';
import { ensureIndexes } from '../src/database-indexes.ts';
import { buildRosterImport } from '../src/roster/build-roster-import.ts';
import type { RosterImport } from '../src/roster/import-roster.ts';
import { openRosterFiles } from '../src/roster/open-roster-files.ts';
import { openRosterRecords } from '../src/roster/roster-records.ts';

export type Table = Record<string, string>[];
/** Rows by file; a file that is not there is absent. */
export type Delivery = Partial<Record<(typeof fileNames)[number], Table>>;

const fileNames = [
  'orgs',
  'academicSessions',
  'courses',
  'classes',
  'users',
  'roles',
  'enrollments',
  'demographics',
] as const;

const columns: Record<(typeof fileNames)[number], string[]> = {
  orgs: ['name', 'type', 'identifier', 'parentSourcedId'],
  academicSessions: ['title', 'type', 'startDate', 'endDate', 'parentSourcedId', 'schoolYear'],
  courses: ['schoolYearSourcedId', 'title', 'courseCode', 'grades', 'orgSourcedId', 'subjects', 'subjectCodes'],
  classes: [
    'title',
    'grades',
    'courseSourcedId',
    'classCode',
    'classType',
    'location',
    'schoolSourcedId',
    'termSourcedIds',
    'subjects',
    'subjectCodes',
    'periods',
  ],
  users: [
    'enabledUser',
    'username',
    'userIds',
    'givenName',
    'familyName',
    'middleName',
    'identifier',
    'email',
    'sms',
    'phone',
    'agentSourcedIds',
    'grades',
    'password',
  ],
  roles: ['userSourcedId', 'roleType', 'role', 'beginDate', 'endDate', 'orgSourcedId', 'userProfileSourcedId'],
  enrollments: ['classSourcedId', 'schoolSourcedId', 'userSourcedId', 'role', 'primary', 'beginDate', 'endDate'],
  demographics: ['birthDate', 'sex'],
};

function toCsv(name: (typeof fileNames)[number], table: Table): string {
  const header = ['sourcedId', 'status', 'dateLastModified', ...columns[name]];
  const quote = (value: string) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const lines = table.map((row) => header.map((column) => quote(row[column] ?? '')).join(','));
  return `${[header.join(','), ...lines].join('\r\n')}\r\n`;
}

/** The files of a delivery as text, `manifest.csv` included. */
export function toFiles(delivery: Delivery, mode: 'bulk' | 'delta' = 'bulk'): Record<string, string> {
  const modes = fileNames.map((name) => `file.${name},${delivery[name] ? mode : 'absent'}`);
  const manifest = ['propertyName,value', 'manifest.version,1.0', 'oneroster.version,1.2', ...modes];
  const files = fileNames.flatMap((name) => {
    const table = delivery[name];
    return table ? [[`${name}.csv`, toCsv(name, table)] as const] : [];
  });
  return Object.fromEntries([['manifest.csv', `${manifest.join('\n')}\n`], ...files]);
}

export async function writeFolder(files: Record<string, string | Buffer>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hallway-roster-'));
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
  return folder;
}

/** A delta's row: with status and time. */
export function delta(rows: Table, status: 'active' | 'tobedeleted' = 'active'): Table {
  return rows.map((row) => ({ status, dateLastModified: '2026-09-01T00:00:00.000Z', ...row }));
}

/** A school of one term, two courses, three classes, two teachers, four students and a parent. */
export function smallSchool(): Required<Omit<Delivery, 'demographics'>> {
  const user = (sourcedId: string, givenName: string, more: Record<string, string> = {}) => ({
    sourcedId,
    enabledUser: 'true',
    username: sourcedId.toLowerCase(),
    givenName,
    familyName: 'Test',
    ...more,
  });
  const role = (userSourcedId: string, name: string, roleType = 'primary') => ({
    sourcedId: `r-${userSourcedId}-${name}`,
    userSourcedId,
    roleType,
    role: name,
    orgSourcedId: 'school',
  });
  const enrol = (userSourcedId: string, classSourcedId: string, name = 'student') => ({
    sourcedId: `e-${userSourcedId}-${classSourcedId}`,
    classSourcedId,
    schoolSourcedId: 'school',
    userSourcedId,
    role: name,
  });
  const students = ['s1', 's2', 's3', 's4'];
  return {
    orgs: [{ sourcedId: 'school', name: 'School', type: 'school' }],
    academicSessions: [
      {
        sourcedId: 'autumn',
        title: 'Autumn',
        type: 'term',
        startDate: '2026-09-01',
        endDate: '2099-12-20',
        schoolYear: '2099',
      },
    ],
    courses: [
      { sourcedId: 'maths', title: 'Mathematics', courseCode: 'MA1', orgSourcedId: 'school' },
      { sourcedId: 'art', title: 'Art', courseCode: 'AR1', orgSourcedId: 'school' },
    ],
    classes: [
      {
        sourcedId: 'maths-a',
        title: 'Maths A',
        courseSourcedId: 'maths',
        schoolSourcedId: 'school',
        termSourcedIds: 'autumn',
      },
      {
        sourcedId: 'maths-b',
        title: 'Maths B',
        courseSourcedId: 'maths',
        schoolSourcedId: 'school',
        termSourcedIds: 'autumn',
      },
      {
        sourcedId: 'art-a',
        title: 'Art A',
        courseSourcedId: 'art',
        schoolSourcedId: 'school',
        termSourcedIds: 'autumn',
      },
    ],
    users: [
      user('t1', 'Tara'),
      user('t2', 'Theo'),
      ...students.map((id) => user(id, `Student ${id}`)),
      user('p1', 'Pat', { agentSourcedIds: 's1' }),
    ],
    roles: [
      role('t1', 'teacher'),
      role('t2', 'teacher'),
      ...students.map((id) => role(id, 'student')),
      role('p1', 'parent'),
    ],
    enrollments: [
      enrol('t1', 'maths-a', 'teacher'),
      enrol('t1', 'maths-b', 'teacher'),
      enrol('t2', 'art-a', 'teacher'),
      enrol('s1', 'maths-a'),
      enrol('s2', 'maths-a'),
      enrol('s3', 'maths-b'),
      enrol('s4', 'maths-b'),
      ...students.map((id) => enrol(id, 'art-a')),
    ],
  };
}

/** Imports into a database of its own, without a running service. */
export async function startRoster() {
  const { mongoUri, redisUrl, redisPrefix } = useTestEngines();
  const log = createLog({ service: 'roster', instance: 'test', level: 'silent' });
  const connection = await mongoose.createConnection(mongoUri).asPromise();
  await ensureIndexes(connection);
  const redis = createRedis({ url: redisUrl, log, role: 'roster', kind: 'commands' });
  await waitForRedis(redis);
  const names = createBusNames(redisPrefix);
  const passwordCost = { memoryKib: 8192, passes: 1 };
  const leaseTimes = { heldMs: 1000, renewMs: 200 };
  const { importRoster, lease } = buildRosterImport({ connection, redis, names, log, passwordCost, leaseTimes });

  async function importFiles(files: Record<string, string | Buffer>, options: Partial<RosterImport> = {}) {
    const folder = await writeFolder(files);
    try {
      return await importRoster({
        files: await openRosterFiles(folder),
        dryRun: false,
        delta: false,
        confirmRemovals: true,
        adoptAccounts: false,
        administrators: new Set(),
        actorId: null,
        description: {},
        now: new Date(),
        onProgress: () => undefined,
        signal: new AbortController().signal,
        ...options,
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  return {
    connection,
    redis,
    names,
    mongoUri,
    redisUrl,
    redisPrefix,
    lease,
    records: openRosterRecords(connection),
    importFiles,
    importBulk: (delivery: Delivery, options?: Partial<RosterImport>) => importFiles(toFiles(delivery), options),
    importDelta: (delivery: Delivery, options?: Partial<RosterImport>) =>
      importFiles(toFiles(delivery, 'delta'), options),
    async stop() {
      redis.disconnect();
      await connection.dropDatabase();
      await connection.close();
    },
  };
}

export type RosterFixture = Awaited<ReturnType<typeof startRoster>>;

/** What gives access, by the roster's own ids: equal for two databases in which the same people may do the same. */
export async function readAccess({ records }: Pick<RosterFixture, 'records'>) {
  const users = await records.users.find({}).toArray();
  const courses = await records.courses.find({}).toArray();
  const sections = await records.sections.find({}).toArray();
  const nameOf = new Map(
    [...users, ...courses, ...sections].map(({ _id, sourcedId }) => [_id.toHexString(), sourcedId ?? 'by hand']),
  );
  const enrolments = await records.enrolments.find({ status: { $ne: 'ended' } }).toArray();
  const guardianships = await records.guardianships.find({ endsAt: null }).toArray();
  return {
    people: users
      .filter(({ active }) => active)
      .map(({ sourcedId, username, name, role, roles }) =>
        [sourcedId, username, name, role, ...(roles ?? [])].join(' '),
      )
      .sort(),
    courses: courses
      .filter(({ concludesAt }) => !concludesAt || concludesAt > new Date())
      .map(({ sourcedId, code, title, term }) => [sourcedId, code, title, term].join(' '))
      .sort(),
    sections: sections
      .filter(({ endedAt }) => !endedAt)
      .map(({ sourcedId, title, courseId }) => [sourcedId, title, nameOf.get(courseId.toHexString())].join(' '))
      .sort(),
    enrolments: enrolments
      .map(({ courseId, userId, role, sectionIds = [] }) => {
        const inSections = sectionIds.map((id) => nameOf.get(id.toHexString())).join('+');
        return [nameOf.get(userId.toHexString()), nameOf.get(courseId.toHexString()), role, inSections].join(' ');
      })
      .sort(),
    families: guardianships
      .map(({ parentId, childId }) => [nameOf.get(parentId.toHexString()), nameOf.get(childId.toHexString())].join(' '))
      .sort(),
  };
}
