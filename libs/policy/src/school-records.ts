import type { CourseRole, PublicUser, Role } from '@hallway/contracts';
import mongoose, { type Connection } from 'mongoose';

type ObjectId = mongoose.Types.ObjectId;

/** The collections of people and where they belong. The auth service is their only writer. */
export interface UserRecord {
  _id: ObjectId;
  username: string;
  /** Lower-case `username`, unique. */
  usernameKey: string;
  name: string;
  /** Lower-case `name`, for sorting and matching without case. */
  nameKey: string;
  role: Role;
  passwordHash: string;
  active: boolean;
  createdAt: Date;
}

export interface CourseRecord {
  _id: ObjectId;
  code: string;
  title: string;
  term: string;
  createdAt: Date;
}

/** Unique by (courseId, userId). */
export interface EnrolmentRecord {
  courseId: ObjectId;
  userId: ObjectId;
  role: CourseRole;
  createdAt: Date;
}

/** Unique by (parentId, childId). */
export interface GuardianshipRecord {
  parentId: ObjectId;
  childId: ObjectId;
  createdAt: Date;
}

/** The collections by their names. The connection must be open. */
export function openSchoolRecords(connection: Connection) {
  return {
    users: connection.collection<UserRecord>('users'),
    courses: connection.collection<CourseRecord>('courses'),
    enrolments: connection.collection<EnrolmentRecord>('enrolments'),
    guardianships: connection.collection<GuardianshipRecord>('guardianships'),
  };
}

export type SchoolRecords = ReturnType<typeof openSchoolRecords>;

const hexId = /^[0-9a-f]{24}$/;

/** Ids as the database holds them, each once; what is no id names nothing and is left out. */
export function toObjectIds(ids: Iterable<string>): ObjectId[] {
  return [...new Set(ids)].filter((id) => hexId.test(id)).map((id) => new mongoose.Types.ObjectId(id));
}

export function toPublicUser(user: Pick<UserRecord, '_id' | 'username' | 'name' | 'role'>): PublicUser {
  return { id: user._id.toHexString(), username: user.username, name: user.name, role: user.role };
}
