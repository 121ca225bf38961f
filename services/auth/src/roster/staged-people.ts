import type { CourseRole, Role } from '@hallway/contracts';
import { orderRoles } from './map-roles.ts';
import type { MembershipRow, Offering } from './offering.ts';
import type { Staging } from './open-staging.ts';
import type { RoleRow, UserRow } from './roster-rows.ts';

export interface RosterPerson {
  user: UserRow;
  /** The primary one first; empty for somebody whose roles have all ended. */
  roles: Role[];
  safetyStaff: boolean;
  roleRows: Omit<RoleRow, 'line' | 'userId'>[];
  /** Whether the roster wants them to be able to sign in. */
  present: boolean;
}

/** Somebody in a course. */
export interface Member {
  sourcedId: string;
  name: string;
  rows: MembershipRow[];
}

interface UserColumns extends Omit<UserRow, 'enabled' | 'agentIds'> {
  enabled: number;
  agentIds: string;
}

interface RoleColumns {
  sourcedId: string;
  role: Role | null;
  safetyStaff: number;
  isPrimary: number;
}

const userColumns = 'sourcedId, line, username, name, enabled, agentIds';

/** The people of a roster, a few at a time. */
export function createStagedPeople(staging: Staging) {
  const find = staging.prepare<UserColumns>(`SELECT ${userColumns} FROM users WHERE sourcedId = ?`);
  const listFrom = staging.prepare<UserColumns>(
    `SELECT ${userColumns} FROM users WHERE sourcedId > ? ORDER BY sourcedId LIMIT ?`,
  );
  const listRoles = staging.prepare<RoleColumns>(
    'SELECT sourcedId, role, safetyStaff, isPrimary FROM roles WHERE userId = ? ORDER BY sourcedId',
  );
  const complete = (user: UserColumns) => toPerson(user, listRoles.all(user.sourcedId));

  return {
    find(sourcedId: string): RosterPerson | null {
      const user = find.get(sourcedId);
      return user && complete(user);
    },
    /** Everybody, in the order of their ids' bytes, at most so many at a time. */
    *inPages(size: number): Generator<RosterPerson[]> {
      for (
        let page = listFrom.all('', size);
        page.length > 0;
        page = listFrom.all(page.at(-1)?.sourcedId ?? '', size)
      ) {
        yield page.map(complete);
      }
    },
    membersOf: createMembersOf(staging),
  };
}

export type StagedPeople = ReturnType<typeof createStagedPeople>;

/** The members of a course by the roster's ids of them. */
function createMembersOf(staging: Staging) {
  const list = staging.prepare<{ sourcedId: string; role: CourseRole; userId: string; name: string }>(
    `SELECT enrollments.sourcedId, enrollments.role, enrollments.userId, users.name
     FROM enrollments JOIN users ON users.sourcedId = enrollments.userId WHERE enrollments.classId = ?`,
  );
  return function membersOf({ sections }: Offering): Map<string, Member> {
    const members = new Map<string, Member>();
    for (const { sourcedId: classId } of sections) {
      for (const { sourcedId, role, userId, name } of list.all(classId)) {
        const member = members.get(userId) ?? { sourcedId: userId, name, rows: [] };
        member.rows.push({ sourcedId, classId, role });
        members.set(userId, member);
      }
    }
    return members;
  };
}

function toPerson({ enabled, agentIds, ...fields }: UserColumns, rows: RoleColumns[]): RosterPerson {
  const user: UserRow = { ...fields, enabled: enabled === 1, agentIds: JSON.parse(agentIds) as string[] };
  const roleRows = rows.map(({ sourcedId, role, safetyStaff, isPrimary }) => ({
    sourcedId,
    role: role && { role, safetyStaff: safetyStaff === 1 },
    primary: isPrimary === 1,
  }));
  const given = roleRows.flatMap(({ role, primary }) => (role ? [{ ...role, primary }] : []));
  const roles = orderRoles(given);
  const safetyStaff = given.some((one) => one.safetyStaff);
  return { user, roleRows, roles, safetyStaff, present: user.enabled && roles.length > 0 };
}
