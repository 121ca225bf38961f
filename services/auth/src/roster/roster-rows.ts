import type { CourseRole, Role } from '@hallway/contracts';
import type { Staging } from './open-staging.ts';

/**
 * What Hallway keeps of a row. `line` is where it stands in its file, and 0 for a row that the database remembers from an
 * earlier import.
 */
export interface RosterRow {
  sourcedId: string;
  line: number;
}

export interface OrgRow extends RosterRow {
  parentId: string | null;
}

export interface SessionRow extends RosterRow {
  title: string;
  startsAt: Date;
  /** The end of its last day. */
  endsAt: Date;
  parentId: string | null;
}

export interface CourseRow extends RosterRow {
  title: string;
  code: string;
  schoolYearId: string | null;
  orgId: string | null;
}

export interface ClassRow extends RosterRow {
  title: string;
  courseId: string;
  schoolId: string | null;
  termIds: string[];
}

export interface UserRow extends RosterRow {
  username: string;
  name: string;
  enabled: boolean;
  /** Ids of users to whom this one is related: children of a parent, parents of a child. */
  agentIds: string[];
}

export interface RoleRow extends RosterRow {
  userId: string;
  /** Null: nothing in Hallway, as for a role that has ended. */
  role: GivenRole | null;
  primary: boolean;
}

export interface EnrolmentRow extends RosterRow {
  classId: string;
  userId: string;
  role: CourseRole;
}

/** What a role of the roster makes of somebody. */
export interface GivenRole {
  role: Role;
  safetyStaff: boolean;
}

/** What becomes of a row of each file. */
export interface RosterRowKinds {
  orgs: OrgRow;
  academicSessions: SessionRow;
  courses: CourseRow;
  classes: ClassRow;
  users: UserRow;
  roles: RoleRow;
  enrollments: EnrolmentRow;
}

/** The rows of a large file, which lie on the disk. */
export interface RowTable<Row extends RosterRow> {
  /** Where the row of this id stands; null: there is none. */
  lineOf(sourcedId: string): number | null;
  /** Replaces the row of the same id, if there is one. */
  set(row: Row): void;
  delete(sourcedId: string): void;
}

/**
 * A whole roster: every row that is in force. Of courses and what holds them there are some thousand, which are in memory by
 * their sourcedId; the rows of people grow with the school, and are staged, see `open-staging.ts`.
 */
export interface RosterRows {
  orgs: Map<string, OrgRow>;
  academicSessions: Map<string, SessionRow>;
  courses: Map<string, CourseRow>;
  classes: Map<string, ClassRow>;
  users: RowTable<UserRow>;
  roles: RowTable<RoleRow>;
  enrollments: RowTable<EnrolmentRow>;
  staging: Staging;
}
