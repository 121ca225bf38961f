import type { CourseRole, PublicUser, Role } from '@hallway/contracts';
import mongoose, { type Connection } from 'mongoose';

type ObjectId = mongoose.Types.ObjectId;

/**
 * The collections of people and where they belong. The auth service is their only writer.
 *
 * Optional fields are missing in older documents, and what their absence means stands beside each. Nothing that gives access
 * is deleted: it is ended, and `changedAt` moves, so that whoever polls `changedAt` learns of every change.
 */
export interface UserRecord {
  _id: ObjectId;
  username: string;
  /** Lower-case `username`, unique. */
  usernameKey: string;
  name: string;
  /** Lower-case `name`, for sorting and matching without case. */
  nameKey: string;
  /** The primary role, the one that others see. */
  role: Role;
  /** All roles, the primary one first. Missing: the primary one alone. */
  roles?: Role[];
  /** Somebody whom nobody can block, such as a counsellor. */
  safetyStaff?: true;
  /** Id in the roster that the account comes from, unique where present. */
  sourcedId?: string;
  /** Empty: no password was set, and nobody can sign in with one. */
  passwordHash: string;
  active: boolean;
  createdAt: Date;
  changedAt?: Date;
}

/** What an institution may decide otherwise for one course. Missing: as everywhere. */
export interface CourseSettings {
  studentsAmongThemselves?: 'shared-course' | 'staff-only';
  parents?: boolean;
}

export interface CourseRecord {
  _id: ObjectId;
  code: string;
  title: string;
  /** Title of the term, for people. */
  term: string;
  termId?: ObjectId;
  /** Code and term in one case, unique among courses made by hand. Missing: made by a roster, or long ago. */
  codeKey?: string;
  sourcedId?: string;
  /** When the course ends: that of its term, or one set by hand. Missing or null: it does not end. */
  concludesAt?: Date | null;
  settings?: CourseSettings;
  createdAt: Date;
  changedAt?: Date;
}

export interface TermRecord {
  _id: ObjectId;
  title: string;
  startsAt: Date;
  endsAt: Date;
  sourcedId?: string;
  createdAt: Date;
}

export interface SectionRecord {
  _id: ObjectId;
  courseId: ObjectId;
  title: string;
  sourcedId?: string;
  createdAt: Date;
}

/** Unique by (courseId, userId). One that ended stays: it says who were members once. */
export interface EnrolmentRecord {
  courseId: ObjectId;
  userId: ObjectId;
  /** The strongest one where several sections differ. */
  role: CourseRole;
  /** Missing: none. */
  sectionIds?: ObjectId[];
  /** Missing: `active`. */
  status?: 'active' | 'ended';
  /** Missing: `manual`. */
  source?: 'manual' | 'roster';
  createdAt: Date;
  changedAt?: Date;
}

/** Unique by (parentId, childId). */
export interface GuardianshipRecord {
  parentId: ObjectId;
  childId: ObjectId;
  /** `message` false: knows of the child's courses, and may not write because of them. Missing: may. */
  rights?: { message: boolean };
  /** From then on it gives nothing. Missing or null: it does not end. */
  endsAt?: Date | null;
  createdAt: Date;
  changedAt?: Date;
}

/** Unique by (blockerId, blockedId). */
export interface BlockRecord {
  blockerId: ObjectId;
  blockedId: ObjectId;
  /** When it was lifted; null while it holds. */
  endedAt: Date | null;
  createdAt: Date;
  changedAt: Date;
}

/** The collections by their names. The connection must be open. */
export function openSchoolRecords(connection: Connection) {
  return {
    users: connection.collection<UserRecord>('users'),
    courses: connection.collection<CourseRecord>('courses'),
    terms: connection.collection<TermRecord>('terms'),
    sections: connection.collection<SectionRecord>('sections'),
    enrolments: connection.collection<EnrolmentRecord>('enrolments'),
    guardianships: connection.collection<GuardianshipRecord>('guardianships'),
    blocks: connection.collection<BlockRecord>('blocks'),
  };
}

export type SchoolRecords = ReturnType<typeof openSchoolRecords>;

/** Part of a filter of enrolments: those that have not ended. */
export const stillEnrolled = { status: { $ne: 'ended' } } as const;

/** Part of a filter of guardianships: those that give something at a time. */
export function inForceAt(now: Date) {
  return { $or: [{ endsAt: null }, { endsAt: { $gt: now } }] };
}

/** All roles of somebody, the primary one first. */
export function rolesOf({ role, roles }: Pick<UserRecord, 'role' | 'roles'>): Role[] {
  return roles && roles.length > 0 ? roles : [role];
}

const hexId = /^[0-9a-f]{24}$/;

/** Ids as the database holds them, each once; what is no id names nothing and is left out. */
export function toObjectIds(ids: Iterable<string>): ObjectId[] {
  return [...new Set(ids)].filter((id) => hexId.test(id)).map((id) => new mongoose.Types.ObjectId(id));
}

export function toPublicUser(user: Pick<UserRecord, '_id' | 'username' | 'name' | 'role'>): PublicUser {
  return { id: user._id.toHexString(), username: user.username, name: user.name, role: user.role };
}
