import type { CourseRole, Role } from '@hallway/contracts';
import {
  type CourseRecord,
  type EnrolmentRecord,
  type GuardianshipRecord,
  openSchoolRecords,
  type SectionRecord,
  type UserRecord,
} from '@hallway/policy';
import type { Connection } from 'mongoose';

/**
 * What the roster last said stands beside what is so, in the same document. Both change together, so that a run that was
 * killed leaves nothing in between, and what an administrator changed since is not mistaken for the roster's word: the roster
 * changes what it gave, and only when it changes its mind.
 */
export interface RosterUserRecord extends UserRecord {
  roster?: {
    /** Has a row in users.csv. */
    listed: boolean;
    /** Was to be able to sign in: listed, enabled, with a role. */
    present: boolean;
    enabled: boolean;
    /** Their rows in roles.csv. */
    roles: { sourcedId: string; role: Role | null; safetyStaff: boolean; primary: boolean }[];
    agentIds: string[];
    /** Roles of the account that the roster gave. Others were given by hand. */
    gave: Role[];
    gaveSafetyStaff: boolean;
    /** Why sessions must end because of the last change, until they have. */
    endSessions: 'deactivated' | 'role-changed' | null;
  };
}

export interface RosterCourseRecord extends CourseRecord {
  roster?: {
    courseId: string;
    sessionId: string;
    listed: boolean;
    /** The end of its term when the roster last said so; another `concludesAt` was set by hand. */
    concludesAt: Date;
  };
}

export interface RosterSectionRecord extends SectionRecord {
  /** When its class left the roster. Missing or null: it has not. */
  endedAt?: Date | null;
}

export interface RosterEnrolmentRecord extends EnrolmentRecord {
  /** Rows of enrollments.csv that it comes from; empty once the roster has none any more. */
  rosterRows?: { sourcedId: string; classId: string; role: CourseRole }[];
}

export interface RosterGuardianshipRecord extends GuardianshipRecord {
  /** Missing: `manual`. */
  source?: 'manual' | 'roster';
  /** Whether the roster still names the two. */
  listed?: boolean;
}

/** A row of a small file, as it was last delivered. */
export interface CatalogRecord {
  /** File and sourcedId. */
  _id: string;
  file: 'orgs' | 'academicSessions' | 'courses' | 'classes';
  row: Record<string, unknown>;
}

export function openRosterRecords(connection: Connection) {
  return {
    terms: openSchoolRecords(connection).terms,
    users: connection.collection<RosterUserRecord>('users'),
    courses: connection.collection<RosterCourseRecord>('courses'),
    sections: connection.collection<RosterSectionRecord>('sections'),
    enrolments: connection.collection<RosterEnrolmentRecord>('enrolments'),
    guardianships: connection.collection<RosterGuardianshipRecord>('guardianships'),
    catalog: connection.collection<CatalogRecord>('rosterCatalog'),
  };
}

export type RosterRecords = ReturnType<typeof openRosterRecords>;
