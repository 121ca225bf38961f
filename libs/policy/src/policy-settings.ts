import { type Static, Type } from 'typebox';

export interface PolicySettings {
  /** Whom students may write to among themselves: every student, those who share a course, or none. */
  studentsAmongThemselves: 'anyone' | 'shared-course' | 'staff-only';
  /** Whether parents write and are written to at all, administrators apart. */
  parents: boolean;
}

/** What an institution gets that configures nothing. */
export const defaultPolicySettings: PolicySettings = { studentsAmongThemselves: 'shared-course', parents: true };

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
} as const;

const PolicyConfig = Type.Object(policyConfig);

export function toPolicySettings(config: Static<typeof PolicyConfig>): PolicySettings {
  return { studentsAmongThemselves: config.POLICY_STUDENTS, parents: config.POLICY_PARENTS };
}
