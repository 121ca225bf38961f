import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Delivery,
  delta,
  type RosterFixture,
  readAccess,
  smallSchool,
  startRoster,
  type Table,
  toFiles,
  writeFolder,
} from './roster-fixture.ts';

const main = fileURLToPath(new URL('../src/roster/main.ts', import.meta.url));

/** A school with so many students in both courses, as two `bulkWrite`s of people and four of enrolments. */
function largeSchool(students: number): Delivery {
  const school = smallSchool();
  const ids = Array.from({ length: students }, (_, index) => `x${index}`);
  const user = school.users.find(({ sourcedId }) => sourcedId === 's1')!;
  const role = school.roles.find(({ userSourcedId }) => userSourcedId === 's1')!;
  const enrol = (id: string, classId: string) => ({
    sourcedId: `e-${id}-${classId}`,
    classSourcedId: classId,
    userSourcedId: id,
    role: 'student',
  });
  return {
    ...school,
    users: [...school.users, ...ids.map((id) => ({ ...user, sourcedId: id, username: id }))],
    roles: [...school.roles, ...ids.map((id) => ({ ...role, sourcedId: `r-${id}`, userSourcedId: id }))],
    enrollments: [...school.enrollments, ...ids.flatMap((id) => [enrol(id, 'art-a'), enrol(id, 'maths-b')])],
  };
}

describe('an import as a process', () => {
  let roster: RosterFixture;
  beforeEach(async () => {
    roster = await startRoster();
  });
  afterEach(() => roster.stop());

  async function run(folder: string, { killAt }: { killAt?: string } = {}) {
    const { mongoUri: MONGODB_URI, redisUrl: REDIS_URL, redisPrefix: REDIS_PREFIX } = roster;
    const env = { MONGODB_URI, REDIS_URL, REDIS_PREFIX };
    const child = spawn(process.execPath, [main, folder, '--events'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    let outcome: { state?: string } = {};
    for await (const line of createInterface({ input: child.stdout })) {
      const event = JSON.parse(line) as { event: string; step?: string; what?: string; state?: string };
      if (`${event.step} ${event.what}` === killAt) child.kill('SIGKILL');
      if (event.event === 'outcome') outcome = event;
    }
    return { code: await ended, outcome };
  }

  it('when it is killed in the middle of writing, is finished by running it again', { timeout: 120_000 }, async () => {
    const delivery = largeSchool(700);
    const folder = await writeFolder(toFiles(delivery));
    const killed = await run(folder, { killAt: 'writing enrolment' });
    expect(killed.code).toBeNull();
    const half = await readAccess(roster);
    expect(half.people).toHaveLength(707);
    expect(half.enrolments.length).toBeLessThan(1410);
    const { code, outcome } = await run(folder);
    expect({ code, state: outcome.state }).toEqual({ code: 0, state: 'imported' });
    expect((await readAccess(roster)).enrolments).toHaveLength(1410);
    expect((await run(folder)).outcome.state).toBe('unchanged');
    await rm(folder, { recursive: true, force: true });
  });
});

/** Which rows of the small school are there; ids decide, so that references always hold. */
interface Version {
  mode: 'bulk' | 'delta';
  people: string[];
  ties: string[];
  renamed: string[];
  observers: boolean;
}

const school = smallSchool();
const people = school.users.map(({ sourcedId }) => sourcedId!);
const ties = school.enrollments.map(({ sourcedId }) => sourcedId!);

const versions = fc.array(
  fc.record<Version>({
    mode: fc.constantFrom('bulk', 'delta'),
    people: fc.subarray(people, { minLength: 1 }),
    ties: fc.subarray(ties),
    renamed: fc.subarray(people),
    observers: fc.boolean(),
  }),
  { minLength: 1, maxLength: 4 },
);

function toDelivery(version: Version): Delivery {
  const isThere = (id: string | undefined) => version.people.includes(id ?? '');
  const users = school.users.filter(({ sourcedId }) => isThere(sourcedId));
  return {
    ...school,
    users: users.map((row) => {
      const { agentSourcedIds = '', ...rest } = row;
      const name = version.renamed.includes(row.sourcedId!) ? { givenName: 'New' } : {};
      return { ...rest, ...name, agentSourcedIds: isThere(agentSourcedIds) ? agentSourcedIds : '' };
    }),
    roles: school.roles.filter(({ userSourcedId }) => isThere(userSourcedId)),
    enrollments: school.enrollments
      .filter(({ sourcedId, userSourcedId }) => version.ties.includes(sourcedId!) && isThere(userSourcedId))
      .map((row) => (version.observers && row.role === 'student' ? { ...row, role: 'aide' } : row)),
  };
}

/** The delta that leads from one delivery to another: everything that is there now, and what is not any more as deleted. */
function toDelta(before: Delivery, after: Delivery): Delivery {
  const names = ['users', 'roles', 'enrollments'] as const;
  return Object.fromEntries(
    names.map((name) => {
      const [old, now] = [before[name] as Table, after[name] as Table];
      const gone = old.filter(({ sourcedId }) => !now.some((row) => row.sourcedId === sourcedId));
      return [name, [...delta(now), ...delta(gone, 'tobedeleted')]];
    }),
  );
}

describe('any sequence of rosters', () => {
  let roster: RosterFixture;
  let fresh: RosterFixture;
  beforeAll(async () => {
    [roster, fresh] = [await startRoster(), await startRoster()];
  });
  afterAll(async () => {
    await roster.stop();
    await fresh.stop();
  });

  async function empty({ connection }: RosterFixture) {
    const names = ['users', 'courses', 'sections', 'terms', 'enrolments', 'guardianships', 'rosterCatalog'];
    await Promise.all(names.map((name) => connection.collection(name).deleteMany({})));
  }

  it('when imported one after the other, ends as the last one alone', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(versions, async (sequence) => {
        await empty(roster);
        await empty(fresh);
        let before: Delivery | null = null;
        for (const version of sequence) {
          const delivery = toDelivery(version);
          const asDelta = before !== null && version.mode === 'delta';
          const outcome = asDelta
            ? await roster.importDelta(toDelta(before!, delivery))
            : await roster.importBulk(delivery);
          expect(outcome.faults).toEqual([]);
          before = delivery;
        }
        await fresh.importBulk(before!);
        expect(await readAccess(roster)).toEqual(await readAccess(fresh));
        expect((await roster.importBulk(before!)).state).toBe('unchanged');
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });
});
