import type { CourseRole } from '@hallway/contracts';
import type { Connection } from 'mongoose';
import type { CoursePolicy, Guardianship, PersonFacts } from './person-facts.ts';
import { openSchoolRecords, rolesOf, stillEnrolled, toObjectIds } from './school-records.ts';

/** What is stored with a person: without what they have from their courses and their children. */
export interface OwnFacts extends Omit<PersonFacts, 'courses' | 'children' | 'blockedIds'> {
  enrolments: { courseId: string; role: CourseRole }[];
  guardianships: Omit<Guardianship, 'courses'>[];
  blockedIds: Set<string>;
}

const userFields = { role: 1, roles: 1, active: 1, safetyStaff: 1 } as const;

/** Reads what the policy must know, always from the database. Has no way to write. */
export function createFactsReader(connection: Connection) {
  const records = openSchoolRecords(connection);

  return {
    /**
     * Four queries, however many people; unknown ids are absent. Read one after the other and not as a snapshot: what changes
     * meanwhile is seen before or after its change.
     */
    async readPeople(userIds: string[]): Promise<Map<string, OwnFacts>> {
      const ids = toObjectIds(userIds);
      if (ids.length === 0) return new Map();
      const [users, enrolments, guardianships, blocks] = await Promise.all([
        records.users.find({ _id: { $in: ids } }, { projection: userFields }).toArray(),
        records.enrolments.find({ userId: { $in: ids }, ...stillEnrolled }).toArray(),
        records.guardianships.find({ parentId: { $in: ids } }).toArray(),
        records.blocks.find({ blockerId: { $in: ids }, endedAt: null }).toArray(),
      ]);
      const people = new Map(users.map((user) => [user._id.toHexString(), toOwnFacts(user)]));
      for (const { userId, courseId, role } of enrolments) {
        people.get(userId.toHexString())?.enrolments.push({ courseId: courseId.toHexString(), role });
      }
      for (const { parentId, childId, rights, endsAt } of guardianships) {
        const given = { mayMessage: rights?.message ?? true, endsAt: endsAt?.getTime() ?? null };
        people.get(parentId.toHexString())?.guardianships.push({ childId: childId.toHexString(), ...given });
      }
      for (const { blockerId, blockedId } of blocks) {
        people.get(blockerId.toHexString())?.blockedIds.add(blockedId.toHexString());
      }
      return people;
    },

    /** One query; unknown ids are absent. */
    async readCourses(courseIds: string[]): Promise<Map<string, CoursePolicy>> {
      const ids = toObjectIds(courseIds);
      if (ids.length === 0) return new Map();
      const projection = { concludesAt: 1, settings: 1 };
      const courses = await records.courses.find({ _id: { $in: ids } }, { projection }).toArray();
      return new Map(
        courses.map(({ _id, concludesAt, settings = {} }) => {
          const courseId = _id.toHexString();
          return [courseId, { courseId, concludesAt: concludesAt?.getTime() ?? null, settings }];
        }),
      );
    },
  };
}

export type FactsReader = ReturnType<typeof createFactsReader>;

type UserFields = Parameters<typeof rolesOf>[0] & {
  _id: { toHexString(): string };
  active: boolean;
  safetyStaff?: true;
};

function toOwnFacts(user: UserFields): OwnFacts {
  return {
    id: user._id.toHexString(),
    role: user.role,
    roles: rolesOf(user),
    active: user.active,
    safetyStaff: user.safetyStaff === true,
    enrolments: [],
    guardianships: [],
    blockedIds: new Set(),
  };
}
