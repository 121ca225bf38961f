import { createHash } from 'node:crypto';
import type { Log } from '@hallway/platform';
import { openSchoolRecords, type SchoolRecords } from '@hallway/policy';
import mongoose, { type Connection } from 'mongoose';
import { toUsernameKey } from '../accounts/accounts.repository.ts';
import type { Passwords } from '../accounts/passwords.ts';
import { toCodeKey } from '../directory/course-register.repository.ts';
import { demoCourses, demoFamilies, demoPassword, demoPeople } from './demo-campus.ts';

interface Milestone {
  _id: string;
  startedAt: Date;
  completedAt?: Date;
}

const milestoneId = 'demo-campus';
const duplicateKey = 11_000;

export interface MakeDemoCampusDeps {
  connection: Connection;
  passwords: Passwords;
  log: Log;
}

/**
 * Makes the demo accounts, courses and families where nobody has an account. Ids follow from names, and everything is
 * written only where it is missing: two processes that start together make one campus, and one that was left half made is
 * completed. Once complete it is never touched again, whatever was changed or deleted.
 */
export function createMakeDemoCampus({ connection, passwords, log }: MakeDemoCampusDeps) {
  const records = openSchoolRecords(connection);
  const milestone = createMilestone(connection);

  async function makeCourses(createdAt: Date): Promise<void> {
    for (const { code, title, term, members } of demoCourses) {
      const courseId = idOf('course', code);
      const codeKey = toCodeKey({ code, term });
      const $setOnInsert = { code, title, term, codeKey, concludesAt: null, createdAt, changedAt: createdAt };
      await ifAbsent(() => records.courses.updateOne({ _id: courseId }, { $setOnInsert }, { upsert: true }));
      const begun = { status: 'active', source: 'manual', createdAt, changedAt: createdAt } as const;
      for (const [username, role] of Object.entries(members)) {
        const pair = { courseId, userId: idOf('user', username) };
        const $setOnInsert = { role, sectionIds: [], ...begun };
        await ifAbsent(() => records.enrolments.updateOne(pair, { $setOnInsert }, { upsert: true }));
      }
    }
  }

  async function makeFamilies(createdAt: Date): Promise<void> {
    for (const [parent, child] of demoFamilies) {
      const pair = { parentId: idOf('user', parent), childId: idOf('user', child) };
      const $setOnInsert = { rights: { message: true }, endsAt: null, createdAt, changedAt: createdAt };
      await ifAbsent(() => records.guardianships.updateOne(pair, { $setOnInsert }, { upsert: true }));
    }
  }

  /** Says whether this call made or completed the campus. */
  return async function makeDemoCampus(): Promise<boolean> {
    if (!(await milestone.isToBeMade())) return false;
    const createdAt = new Date();
    await makeDemoPeople({ records, passwords, createdAt });
    await makeCourses(createdAt);
    await makeFamilies(createdAt);
    await milestone.complete();
    log.info({ people: demoPeople.length, courses: demoCourses.length }, 'made the demo campus');
    return true;
  };
}

interface DemoPeopleDeps {
  records: SchoolRecords;
  passwords: Passwords;
  createdAt: Date;
}

async function makeDemoPeople({ records, passwords, createdAt }: DemoPeopleDeps): Promise<void> {
  for (const { username, name, role } of demoPeople) {
    const keys = { usernameKey: toUsernameKey(username), nameKey: name.toLowerCase() };
    const passwordHash = await passwords.hash(demoPassword);
    const account = { username, name, ...keys, role, roles: [role], passwordHash };
    const $setOnInsert = { ...account, active: true, createdAt, changedAt: createdAt };
    await ifAbsent(() => records.users.updateOne({ _id: idOf('user', username) }, { $setOnInsert }, { upsert: true }));
  }
}

/** Remembers that the campus was begun, and that it is complete. */
function createMilestone(connection: Connection) {
  const { users } = openSchoolRecords(connection);
  const milestones = connection.collection<Milestone>('milestones');
  return {
    async isToBeMade(): Promise<boolean> {
      const begun = await milestones.findOne({ _id: milestoneId });
      if (begun) return begun.completedAt === undefined;
      if (await users.findOne({}, { projection: { _id: 1 } })) return false;
      const $setOnInsert = { startedAt: new Date() };
      await ifAbsent(() => milestones.updateOne({ _id: milestoneId }, { $setOnInsert }, { upsert: true }));
      return true;
    },
    async complete(): Promise<void> {
      await milestones.updateOne({ _id: milestoneId }, { $set: { completedAt: new Date() } });
    },
  };
}

function idOf(kind: 'user' | 'course', name: string): mongoose.Types.ObjectId {
  const hex = createHash('sha256').update(`hallway demo ${kind} ${name}`).digest('hex').slice(0, 24);
  return new mongoose.Types.ObjectId(hex);
}

/** Two upserts of the same new document can meet; the one that comes second finds it there, which is as good. */
async function ifAbsent(upsert: () => Promise<unknown>): Promise<void> {
  try {
    await upsert();
  } catch (error) {
    if ((error as { code?: unknown }).code !== duplicateKey) throw error;
  }
}
