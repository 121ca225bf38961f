import { type Static, Type } from 'typebox';
import { limits } from './limits.ts';
import { Id, Nullable, Role, Timestamp } from './primitives.ts';
import { PublicUser } from './shapes.ts';

const closed = { additionalProperties: false } as const;

export const LoginBody = Type.Object(
  {
    username: Type.String({ minLength: 1, maxLength: 100 }),
    password: Type.String({ minLength: 1, maxLength: 1000 }),
  },
  closed,
);
export type LoginBody = Static<typeof LoginBody>;

export const PasswordBody = Type.Object(
  {
    currentPassword: Type.String({ minLength: 1, maxLength: 1000 }),
    newPassword: Type.String({ minLength: limits.passwordMin, maxLength: limits.passwordMax }),
  },
  closed,
);
export type PasswordBody = Static<typeof PasswordBody>;

export const PeopleQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: limits.pageMax })),
  // A name continues the order of the list, so that the place after it can be longer than in other lists.
  cursor: Type.Optional(Type.String({ maxLength: 2000 })),
  query: Type.Optional(Type.String({ maxLength: 100 })),
});
export type PeopleQuery = Static<typeof PeopleQuery>;

export const TokenAnswer = Type.Object(
  { accessToken: Type.String(), expiresIn: Type.Integer(), user: PublicUser },
  closed,
);
export type TokenAnswer = Static<typeof TokenAnswer>;

export const Session = Type.Object(
  {
    id: Id,
    device: Type.String(),
    createdAt: Timestamp,
    lastSeenAt: Timestamp,
    expiresAt: Timestamp,
    current: Type.Boolean(),
  },
  closed,
);
export type Session = Static<typeof Session>;

export const MeAnswer = Type.Object(
  {
    user: PublicUser,
    session: Type.Object({ id: Id, createdAt: Timestamp, expiresAt: Timestamp }, closed),
  },
  closed,
);
export type MeAnswer = Static<typeof MeAnswer>;

export const SessionsAnswer = Type.Object(
  { sessions: Type.Array(Session), nextCursor: Nullable(Type.String()) },
  closed,
);
export type SessionsAnswer = Static<typeof SessionsAnswer>;

export const Person = Type.Object(
  { ...PublicUser.properties, online: Type.Boolean(), via: Type.Array(Type.String()) },
  closed,
);
export type Person = Static<typeof Person>;

export const PeopleAnswer = Type.Object({ people: Type.Array(Person), nextCursor: Nullable(Type.String()) }, closed);
export type PeopleAnswer = Static<typeof PeopleAnswer>;

export const CourseRole = Type.Union([
  Type.Literal('student'),
  Type.Literal('ta'),
  Type.Literal('instructor'),
  Type.Literal('observer'),
]);
export type CourseRole = Static<typeof CourseRole>;

export const CourseSection = Type.Object({ id: Id, title: Type.String() }, closed);
export type CourseSection = Static<typeof CourseSection>;

export const Course = Type.Object(
  {
    id: Id,
    code: Type.String(),
    title: Type.String(),
    term: Type.String(),
    myRole: CourseRole,
    instructors: Type.Array(PublicUser),
    studentCount: Type.Integer({ minimum: 0 }),
    /** Only for the staff of a course that is divided into sections. */
    sections: Type.Optional(Type.Array(CourseSection)),
  },
  closed,
);
export type Course = Static<typeof Course>;

export const CoursesAnswer = Type.Object({ courses: Type.Array(Course), nextCursor: Nullable(Type.String()) }, closed);
export type CoursesAnswer = Static<typeof CoursesAnswer>;

export const ChildCourse = Type.Object(
  { id: Id, code: Type.String(), title: Type.String(), term: Type.String() },
  closed,
);

export const Child = Type.Object({ ...PublicUser.properties, courses: Type.Array(ChildCourse) }, closed);
export type Child = Static<typeof Child>;

export const ChildrenAnswer = Type.Object({ children: Type.Array(Child), nextCursor: Nullable(Type.String()) }, closed);
export type ChildrenAnswer = Static<typeof ChildrenAnswer>;

/** Claims of an access token. Times are seconds since 1970. */
export const AccessClaims = Type.Object({
  iss: Type.String(),
  aud: Type.String(),
  sub: Id,
  sid: Id,
  role: Role,
  name: Type.String(),
  iat: Type.Integer(),
  exp: Type.Integer(),
});
export type AccessClaims = Static<typeof AccessClaims>;

export const accessTokenAudience = 'hallway';
export const accessTokenType = 'at+jwt';
