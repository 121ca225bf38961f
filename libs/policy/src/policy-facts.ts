import type { Connection } from 'mongoose';
import type { PersonFacts } from './may-message.ts';
import { openSchoolRecords, type SchoolRecords, toObjectIds } from './school-records.ts';

/** Reads what the policy must know of people. Has no way to write. */
export function createPolicyFacts(connection: Connection) {
  const records = openSchoolRecords(connection);

  return {
    /**
     * Facts by id; nobody's ids are absent. Four queries, however many people. Read one after the other and not as a
     * snapshot: a course that changes meanwhile is seen before or after its change.
     */
    async factsOf(userIds: string[]): Promise<Map<string, PersonFacts>> {
      const ids = toObjectIds(userIds);
      if (ids.length === 0) return new Map();
      const [users, enrolments, guardianships] = await Promise.all([
        records.users.find({ _id: { $in: ids } }, { projection: { role: 1, active: 1 } }).toArray(),
        records.enrolments.find({ userId: { $in: ids } }).toArray(),
        records.guardianships.find({ parentId: { $in: ids } }).toArray(),
      ]);
      const facts = new Map<string, PersonFacts>();
      for (const { _id, role, active } of users) {
        const id = _id.toHexString();
        facts.set(id, { id, role, active, courses: [], childIds: [], childCourseIds: [] });
      }
      for (const { userId, courseId, role } of enrolments) {
        facts.get(userId.toHexString())?.courses.push({ courseId: courseId.toHexString(), role });
      }
      for (const { parentId, childId } of guardianships) {
        facts.get(parentId.toHexString())?.childIds.push(childId.toHexString());
      }
      await addChildCourses(facts, records);
      return facts;
    },
  };
}

export type PolicyFacts = ReturnType<typeof createPolicyFacts>;

async function addChildCourses(facts: Map<string, PersonFacts>, { enrolments }: SchoolRecords): Promise<void> {
  const childIds = toObjectIds([...facts.values()].flatMap((person) => person.childIds));
  if (childIds.length === 0) return;
  const coursesOfChild = new Map<string, string[]>();
  for (const { userId, courseId } of await enrolments.find({ userId: { $in: childIds }, role: 'student' }).toArray()) {
    const childId = userId.toHexString();
    coursesOfChild.set(childId, [...(coursesOfChild.get(childId) ?? []), courseId.toHexString()]);
  }
  for (const person of facts.values()) {
    person.childCourseIds = [...new Set(person.childIds.flatMap((childId) => coursesOfChild.get(childId) ?? []))];
  }
}
