import { type Static, Type } from 'typebox';

export interface PolicySettings {
  /** Whom students may write to among themselves: every student, those who share a course, or none. */
  studentsAmongThemselves: 'anyone' | 'shared-course' | 'staff-only';
  /** Whether parents write and are written to at all, administrators apart. */
  parents: boolean;
  /** For how long after its end a course still lets its people write to each other. */
  courseGraceDays: number;
}

/** What an institution gets that configures nothing. */
export const defaultPolicySettings: PolicySettings = {
  studentsAmongThemselves: 'shared-course',
  parents: true,
  courseGraceDays: 14,
};

/** The variables of every service that asks the policy. They must be the same everywhere, or doors would disagree. */
export const policyConfig = {
  POLICY_STUDENTS: Type.Union([Type.Literal('anyone'), Type.Literal('shared-course'), Type.Literal('staff-only')], {
    default: defaultPolicySettings.studentsAmongThemselves,
    description: 'whom students may message among themselves',
  }),
  POLICY_PARENTS: Type.Boolean({
    default: defaultPolicySettings.parents,
    description: 'whether parents may message their children and their instructors',
  }),
  COURSE_GRACE_DAYS: Type.Integer({
    default: defaultPolicySettings.courseGraceDays,
    minimum: 0,
    maximum: 3650,
    description:
      'days after the end of a course until it can only be read: marks and questions come after the last day',
  }),
} as const;

const PolicyConfig = Type.Object(policyConfig);

export function toPolicySettings(config: Static<typeof PolicyConfig>): PolicySettings {
  return {
    studentsAmongThemselves: config.POLICY_STUDENTS,
    parents: config.POLICY_PARENTS,
    courseGraceDays: config.COURSE_GRACE_DAYS,
  };
}

const dayMs = 24 * 3600 * 1000;

/** Whether a course ended so long ago that it can only be read. `concludesAt` and `now` in milliseconds since 1970. */
export function isCourseReadOnly(
  { concludesAt }: { concludesAt: number | null },
  { courseGraceDays }: PolicySettings,
  now: number,
): boolean {
  return concludesAt !== null && now >= concludesAt + courseGraceDays * dayMs;
}
