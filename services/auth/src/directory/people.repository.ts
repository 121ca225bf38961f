import type { PublicUser } from '@hallway/contracts';
import {
  inForceAt,
  isStaff,
  openSchoolRecords,
  type PersonFacts,
  stillEnrolled,
  toObjectIds,
  toPublicUser,
  type UserRecord,
} from '@hallway/policy';
import mongoose, { type Connection, type mongo } from 'mongoose';
import { toUsernameKey } from '../accounts/accounts.repository.ts';
import { containing } from './filters.ts';

/** A place in the list of people, which is sorted by name and then by id. */
export interface PeoplePosition {
  nameKey: string;
  id: string;
}

/** People among whom everybody is whom a person may message, and maybe others: the policy decides about each. */
export interface Candidates {
  everyone: boolean;
  roles: PublicUser['role'][];
  ids: string[];
}

export interface CandidatesPage {
  candidates: Candidates;
  /** Part of a name or username, without regard to case. */
  query: string | undefined;
  after: PeoplePosition | undefined;
  limit: number;
  /** Who asks, and is not listed. */
  exceptId: string;
}

export function createPeopleRepository(connection: Connection) {
  const { users, enrolments, guardianships } = openSchoolRecords(connection);

  return {
    /** Ids of the people who share a course or a family with somebody, or whose child they teach. Two queries. */
    async listRelatedIds(person: PersonFacts): Promise<string[]> {
      const courseIds = toObjectIds(
        [...person.courses, ...person.children.flatMap(({ courses }) => courses)].map(({ courseId }) => courseId),
      );
      const taught = new Set(person.courses.filter(({ role }) => isStaff(role)).map(({ courseId }) => courseId));
      const ofCourses = { courseId: { $in: courseIds }, ...stillEnrolled };
      const members = courseIds.length > 0 ? await enrolments.find(ofCourses).toArray() : [];
      const taughtStudents = members.filter(
        ({ courseId, role }) => role === 'student' && taught.has(courseId.toHexString()),
      );
      const children = toObjectIds([person.id, ...taughtStudents.map(({ userId }) => userId.toHexString())]);
      const parents = await guardianships.find({ childId: { $in: children }, ...inForceAt(new Date()) }).toArray();
      return [
        ...members.map(({ userId }) => userId.toHexString()),
        ...parents.map(({ parentId }) => parentId.toHexString()),
        ...person.children.map(({ childId }) => childId),
      ];
    },

    /** A page of active candidates by name. */
    async listCandidates(page: CandidatesPage): Promise<(PublicUser & PeoplePosition)[]> {
      const found = await users
        .find(toFilter(page), { projection: { username: 1, name: 1, nameKey: 1, role: 1 } })
        .sort({ nameKey: 1, _id: 1 })
        .limit(page.limit)
        .toArray();
      return found.map((user) => ({ ...toPublicUser(user), nameKey: user.nameKey }));
    },
  };
}

export type PeopleRepository = ReturnType<typeof createPeopleRepository>;

function toFilter({ candidates, query, after, exceptId }: CandidatesPage): mongo.Filter<UserRecord> {
  const conditions: mongo.Filter<UserRecord>[] = [
    { active: true, _id: { $ne: new mongoose.Types.ObjectId(exceptId) } },
  ];
  if (!candidates.everyone) {
    const { ids, roles } = candidates;
    const ofRoles = [{ role: { $in: roles } }, { roles: { $in: roles } }];
    conditions.push({ $or: [{ _id: { $in: toObjectIds(ids) } }, ...ofRoles] });
  }
  if (query) {
    const part = containing(toUsernameKey(query));
    conditions.push({ $or: [{ nameKey: part }, { usernameKey: part }] });
  }
  if (after) {
    const id = new mongoose.Types.ObjectId(after.id);
    conditions.push({ $or: [{ nameKey: { $gt: after.nameKey } }, { nameKey: after.nameKey, _id: { $gt: id } }] });
  }
  return { $and: conditions };
}
