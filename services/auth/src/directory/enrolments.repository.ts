import type { CourseRole } from '@hallway/contracts';
import { type EnrolmentRecord, openSchoolRecords, stillEnrolled, toObjectIds } from '@hallway/policy';
import mongoose, { type Connection } from 'mongoose';
import { isDuplicate } from './filters.ts';

export interface Enrolment {
  courseId: string;
  userId: string;
  role: CourseRole;
  sectionIds: string[];
  status: 'active' | 'ended';
  source: 'manual' | 'roster';
}

export interface EnrolmentsListing {
  courseId: string;
  status: 'active' | 'ended' | undefined;
  /** Id of the last person of the page before. */
  after: string | undefined;
  limit: number;
}

export interface SectionChange {
  courseId: string;
  userId: string;
  sectionIds: string[];
}

/** Who belongs to which course. An enrolment is never deleted: it ends, and says then who was a member once. */
export function createEnrolmentsRepository(connection: Connection) {
  const { enrolments } = openSchoolRecords(connection);

  return {
    async find(courseId: string, userId: string): Promise<Enrolment | null> {
      const enrolment = await enrolments.findOne(toPair(courseId, userId));
      return enrolment && toEnrolment(enrolment);
    },

    /** Enrolments of these people in a course that have not ended. One query. */
    async findActive(courseId: string, userIds: string[]): Promise<Enrolment[]> {
      const filter = { courseId: toId(courseId), userId: { $in: toObjectIds(userIds) }, ...stillEnrolled };
      return (await enrolments.find(filter).toArray()).map(toEnrolment);
    },

    /** Makes the enrolment exactly so, whatever it was. Running it again changes nothing but `changedAt`. Atomic. */
    async put({ courseId, userId, sectionIds, ...rest }: Enrolment): Promise<void> {
      const now = new Date();
      const $set = { ...rest, sectionIds: toObjectIds(sectionIds), changedAt: now };
      const update = { $set, $setOnInsert: { createdAt: now } };
      const upsert = () => enrolments.updateOne(toPair(courseId, userId), update, { upsert: true });
      // Two upserts of the same new pair can meet: the second one then finds what the first one made.
      await upsert().catch((error) => (isDuplicate(error) ? upsert() : Promise.reject(error)));
    },

    /** Ends an enrolment. False: there was none that had not ended. Atomic. */
    async end(courseId: string, userId: string): Promise<boolean> {
      const filter = { ...toPair(courseId, userId), ...stillEnrolled };
      const $set = { status: 'ended' as const, sectionIds: [], changedAt: new Date() };
      const { matchedCount } = await enrolments.updateOne(filter, { $set });
      return matchedCount === 1;
    },

    /** Puts members into these sections and no others. One write, atomic for each member. */
    async setSections(changes: SectionChange[]): Promise<void> {
      if (changes.length === 0) return;
      const changedAt = new Date();
      const writes = changes.map(({ courseId, userId, sectionIds }) => {
        const filter = { ...toPair(courseId, userId), ...stillEnrolled };
        return { updateOne: { filter, update: { $set: { sectionIds: toObjectIds(sectionIds), changedAt } } } };
      });
      await enrolments.bulkWrite(writes, { ordered: false });
    },

    /** Enrolments of a course, by the id of the person, up to `limit`. */
    async listOfCourse({ courseId, status, after, limit }: EnrolmentsListing): Promise<Enrolment[]> {
      const filter = {
        courseId: toId(courseId),
        ...(after === undefined ? {} : { userId: { $gt: toId(after) } }),
        ...(status === 'ended' ? { status } : {}),
        ...(status === 'active' ? stillEnrolled : {}),
      };
      return (await enrolments.find(filter).sort({ userId: 1 }).limit(limit).toArray()).map(toEnrolment);
    },
  };
}

export type EnrolmentsRepository = ReturnType<typeof createEnrolmentsRepository>;

function toId(id: string) {
  return new mongoose.Types.ObjectId(id);
}

function toPair(courseId: string, userId: string) {
  return { courseId: toId(courseId), userId: toId(userId) };
}

function toEnrolment(record: EnrolmentRecord): Enrolment {
  const { courseId, userId, role, sectionIds = [], status = 'active', source = 'manual' } = record;
  const ids = { courseId: courseId.toHexString(), userId: userId.toHexString() };
  return { ...ids, role, sectionIds: sectionIds.map((id) => id.toHexString()), status, source };
}
