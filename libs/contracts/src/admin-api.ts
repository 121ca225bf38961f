import { type Static, Type } from 'typebox';
import { CourseRole } from './auth-api.ts';
import { limits } from './limits.ts';
import { Id, Nullable, Role, Timestamp } from './primitives.ts';
import { PublicUser } from './shapes.ts';

const closed = { additionalProperties: false } as const;
const nextCursor = Nullable(Type.String());

const page = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: limits.pageMax })),
  // A name continues the order of most lists, so that the place after it can be long.
  cursor: Type.Optional(Type.String({ maxLength: 2000 })),
};
const search = { ...page, query: Type.Optional(Type.String({ maxLength: 100 })) };

/** Bounds of what an administrator writes: what a line on a screen can show. */
export const adminLimits = {
  usernameLength: 64,
  nameLength: 120,
  courseCodeLength: 40,
  titleLength: 200,
  /** People in one move between sections. */
  membersPerMove: 500,
} as const;

const Username = Type.String({ minLength: 1, maxLength: adminLimits.usernameLength });
const Name = Type.String({ minLength: 1, maxLength: adminLimits.nameLength });
const Title = Type.String({ minLength: 1, maxLength: adminLimits.titleLength });
const NewPassword = Type.String({ minLength: limits.passwordMin, maxLength: limits.passwordMax });
const Roles = Type.Array(Role, { minItems: 1, maxItems: 4, uniqueItems: true });

// --- People -------------------------------------------------------------------------------------------------------------

export const AdminUser = Type.Object({ ...PublicUser.properties, active: Type.Boolean() }, closed);
export type AdminUser = Static<typeof AdminUser>;

/** What only administrators see of an account. */
export const AdminAccount = Type.Object(
  {
    /** All roles, the primary one first. */
    roles: Roles,
    /** Cannot be blocked by anybody. */
    safetyStaff: Type.Boolean(),
    hasPassword: Type.Boolean(),
    sourcedId: Nullable(Type.String()),
    createdAt: Timestamp,
  },
  closed,
);
export type AdminAccount = Static<typeof AdminAccount>;

export const CreateUserBody = Type.Object(
  { username: Username, name: Name, role: Role, password: Type.Optional(NewPassword) },
  closed,
);
export type CreateUserBody = Static<typeof CreateUserBody>;

export const ChangeUserBody = Type.Object(
  {
    name: Type.Optional(Name),
    role: Type.Optional(Role),
    active: Type.Optional(Type.Boolean()),
    password: Type.Optional(NewPassword),
  },
  closed,
);

export const UserRolesBody = Type.Object({ roles: Roles, safetyStaff: Type.Optional(Type.Boolean()) }, closed);

export const AdminUserAnswer = Type.Object({ user: AdminUser }, closed);
export const AdminAccountAnswer = Type.Object({ user: AdminUser, account: AdminAccount }, closed);
export type AdminAccountAnswer = Static<typeof AdminAccountAnswer>;

export const AdminUsersQuery = Type.Object({
  ...search,
  role: Type.Optional(Role),
  active: Type.Optional(Type.Union([Type.Literal('true'), Type.Literal('false')])),
});

export const AdminUsersAnswer = Type.Object({ users: Type.Array(AdminUser), nextCursor }, closed);

// --- Families -----------------------------------------------------------------------------------------------------------

export const GuardianRights = Type.Object({ message: Type.Boolean() }, closed);

export const GuardianBody = Type.Object(
  { rights: Type.Optional(GuardianRights), endsAt: Type.Optional(Nullable(Timestamp)) },
  closed,
);
export type GuardianBody = Static<typeof GuardianBody>;

export const FamilyTie = Type.Object(
  { user: AdminUser, rights: GuardianRights, endsAt: Nullable(Timestamp), ended: Type.Boolean() },
  closed,
);
export type FamilyTie = Static<typeof FamilyTie>;

/** Ended ties included: they tell who was a guardian once. */
export const FamilyAnswer = Type.Object({ parents: Type.Array(FamilyTie), children: Type.Array(FamilyTie) }, closed);
export type FamilyAnswer = Static<typeof FamilyAnswer>;

// --- Courses, sections, terms -------------------------------------------------------------------------------------------

export const AdminCourseSettings = Type.Object(
  {
    studentsAmongThemselves: Type.Optional(Type.Union([Type.Literal('shared-course'), Type.Literal('staff-only')])),
    parents: Type.Optional(Type.Boolean()),
  },
  closed,
);

export const AdminCourse = Type.Object(
  {
    id: Id,
    code: Type.String(),
    title: Type.String(),
    term: Type.String(),
    termId: Nullable(Id),
    /** When the course ends; null: not yet known. */
    concludesAt: Nullable(Timestamp),
    settings: AdminCourseSettings,
    createdAt: Timestamp,
  },
  closed,
);
export type AdminCourse = Static<typeof AdminCourse>;

export const CreateCourseBody = Type.Object(
  {
    code: Type.String({ minLength: 1, maxLength: adminLimits.courseCodeLength }),
    title: Title,
    term: Title,
    termId: Type.Optional(Id),
    concludesAt: Type.Optional(Nullable(Timestamp)),
    settings: Type.Optional(AdminCourseSettings),
  },
  closed,
);
export type CreateCourseBody = Static<typeof CreateCourseBody>;

export const ChangeCourseBody = Type.Object(
  {
    title: Type.Optional(Title),
    term: Type.Optional(Title),
    termId: Type.Optional(Nullable(Id)),
    concludesAt: Type.Optional(Nullable(Timestamp)),
    /** Replaces all settings of the course; `{}` is as everywhere. */
    settings: Type.Optional(AdminCourseSettings),
  },
  closed,
);
export type ChangeCourseBody = Static<typeof ChangeCourseBody>;

export const AdminCoursesQuery = Type.Object({ ...search, termId: Type.Optional(Id) });

export const AdminCourseAnswer = Type.Object({ course: AdminCourse }, closed);
export const AdminCoursesAnswer = Type.Object({ courses: Type.Array(AdminCourse), nextCursor }, closed);

export const Section = Type.Object({ id: Id, courseId: Id, title: Type.String(), createdAt: Timestamp }, closed);
export type Section = Static<typeof Section>;

export const SectionBody = Type.Object({ title: Title }, closed);
export const SectionAnswer = Type.Object({ section: Section }, closed);
export const SectionsAnswer = Type.Object({ sections: Type.Array(Section), nextCursor }, closed);

/** Without `from` they join the section and stay in their others; `null` leaves all others. */
export const MoveMembersBody = Type.Object(
  {
    userIds: Type.Array(Id, { minItems: 1, maxItems: adminLimits.membersPerMove, uniqueItems: true }),
    from: Type.Optional(Nullable(Id)),
  },
  closed,
);
export type MoveMembersBody = Static<typeof MoveMembersBody>;

export const MoveMembersAnswer = Type.Object({ moved: Type.Integer({ minimum: 0 }) }, closed);

export const Term = Type.Object({ id: Id, title: Type.String(), startsAt: Timestamp, endsAt: Timestamp }, closed);
export type Term = Static<typeof Term>;

export const CreateTermBody = Type.Object({ title: Title, startsAt: Timestamp, endsAt: Timestamp }, closed);
export type CreateTermBody = Static<typeof CreateTermBody>;

export const ChangeTermBody = Type.Partial(CreateTermBody, closed);
export type ChangeTermBody = Static<typeof ChangeTermBody>;

export const TermAnswer = Type.Object({ term: Term }, closed);
export const TermsAnswer = Type.Object({ terms: Type.Array(Term), nextCursor }, closed);

// --- Members ------------------------------------------------------------------------------------------------------------

export const CourseMemberBody = Type.Object(
  {
    role: CourseRole,
    /** Replaces the sections of the member; left out, they stay. */
    sectionIds: Type.Optional(Type.Array(Id, { maxItems: 50, uniqueItems: true })),
  },
  closed,
);
export type CourseMemberBody = Static<typeof CourseMemberBody>;

const EnrolmentStatus = Type.Union([Type.Literal('active'), Type.Literal('ended')]);

export const AdminCourseMember = Type.Object(
  {
    user: AdminUser,
    role: CourseRole,
    sectionIds: Type.Array(Id),
    status: EnrolmentStatus,
    source: Type.Union([Type.Literal('manual'), Type.Literal('roster')]),
  },
  closed,
);
export type AdminCourseMember = Static<typeof AdminCourseMember>;

export const CourseMembersQuery = Type.Object({ ...page, status: Type.Optional(EnrolmentStatus) });

export const CourseMembersAnswer = Type.Object({ members: Type.Array(AdminCourseMember), nextCursor }, closed);

// --- Audit --------------------------------------------------------------------------------------------------------------

export const AuditLogQuery = Type.Object({
  ...page,
  actorId: Type.Optional(Id),
  targetId: Type.Optional(Id),
  action: Type.Optional(Type.String({ maxLength: 100 })),
});

export const AuditLogEntry = Type.Object(
  {
    id: Id,
    at: Timestamp,
    actorId: Nullable(Id),
    action: Type.String(),
    targetId: Nullable(Id),
    sessionId: Type.Optional(Id),
    address: Type.Optional(Type.String()),
    details: Type.Record(Type.String(), Type.Unknown()),
  },
  closed,
);
export type AuditLogEntry = Static<typeof AuditLogEntry>;

export const AuditLogAnswer = Type.Object({ entries: Type.Array(AuditLogEntry), nextCursor }, closed);
