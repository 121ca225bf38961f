import type { CourseRole, Role } from '@hallway/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayMessage, type PolicyContext } from './may-message.ts';
import { type CoursePolicy, isStaff, type PersonFacts } from './person-facts.ts';
import { isCourseReadOnly } from './policy-settings.ts';

const now = Date.UTC(2026, 9, 1);
const dayMs = 24 * 3600 * 1000;
const courseIds = ['c1', 'c2', 'c3'];
const personIds = ['p1', 'p2', 'p3', 'p4'];
const roles: Role[] = ['student', 'parent', 'instructor', 'admin'];

const anyCourses = fc.tuple(
  ...courseIds.map((courseId) =>
    fc.record<CoursePolicy>({
      courseId: fc.constant(courseId),
      concludesAt: fc.option(fc.integer({ min: -30, max: 30 }).map((days) => now + days * dayMs)),
      settings: fc.record(
        {
          studentsAmongThemselves: fc.constantFrom('shared-course' as const, 'staff-only' as const),
          parents: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
    }),
  ),
);

/** Somebody of a school whose courses are the same for everybody. */
function anyPerson(id: string, courses: CoursePolicy[]): fc.Arbitrary<PersonFacts> {
  const inCourse = fc.record({
    course: fc.constantFrom(...courses),
    role: fc.constantFrom<CourseRole[]>('student', 'ta', 'instructor', 'observer'),
  });
  const child = fc.record({
    childId: fc.constantFrom(...personIds.filter((one) => one !== id)),
    mayMessage: fc.boolean(),
    endsAt: fc.option(fc.integer({ min: -5, max: 5 }).map((days) => now + days * dayMs)),
    courses: fc.uniqueArray(fc.constantFrom(...courses), { selector: ({ courseId }) => courseId }),
  });
  return fc.record({
    id: fc.constant(id),
    role: fc.constantFrom(...roles),
    roles: fc.uniqueArray(fc.constantFrom(...roles), { minLength: 1 }),
    active: fc.boolean(),
    safetyStaff: fc.boolean(),
    courses: fc
      .uniqueArray(inCourse, { selector: ({ course }) => course.courseId })
      .map((found) => found.map(({ course, role }) => ({ ...course, role }))),
    children: fc.uniqueArray(child, { selector: ({ childId }) => childId, maxLength: 2 }),
    blockedIds: fc.uniqueArray(fc.constantFrom(...personIds)).map((ids) => new Set(ids)),
  });
}

const anyContext: fc.Arbitrary<PolicyContext> = fc.record({
  now: fc.constant(now),
  settings: fc.record({
    studentsAmongThemselves: fc.constantFrom('anyone' as const, 'shared-course' as const, 'staff-only' as const),
    parents: fc.boolean(),
    courseGraceDays: fc.integer({ min: 0, max: 20 }),
  }),
});
const anyPair = anyCourses.chain((courses) => fc.tuple(anyPerson('p1', courses), anyPerson('p2', courses)));

function forAnyPair(check: (a: PersonFacts, b: PersonFacts, context: PolicyContext) => void): void {
  fc.assert(
    fc.property(anyPair, anyContext, ([a, b], context) => check(a, b, context)),
    { numRuns: 2000 },
  );
}

const allows = (a: PersonFacts, b: PersonFacts, context: PolicyContext) => mayMessage(a, b, context).allowed;

describe('mayMessage for any two people', () => {
  it('when the two change places, allows or refuses alike, and truly for the same reason', () => {
    forAnyPair((a, b, context) => {
      const [there, back] = [mayMessage(a, b, context), mayMessage(b, a, context)];
      expect(back.allowed).toBe(there.allowed);
      if (!there.allowed && !back.allowed) expect(back.trueReason).toBe(there.trueReason);
    });
  });

  it('when only the blocked one asks, is never told of the block', () => {
    forAnyPair((a, b, context) => {
      if (a.blockedIds.has(b.id)) return;
      const decision = mayMessage(a, b, context);
      if (!decision.allowed) expect(decision.reason).not.toBe('BLOCKED');
    });
  });

  it('when one is an admin, allows under all settings and whoever blocked whom', () => {
    forAnyPair((a, b, context) => {
      expect(allows({ ...a, roles: [...a.roles, 'admin'] }, b, context)).toBe(true);
      expect(allows(b, { ...a, roles: [...a.roles, 'admin'] }, context)).toBe(true);
    });
  });

  it('when an enrolment or a guardianship ends, never allows more', () => {
    forAnyPair((a, b, context) => {
      const left = [
        ...a.courses.map((gone) => ({ ...a, courses: a.courses.filter((one) => one !== gone) })),
        ...a.children.map((gone) => ({ ...a, children: a.children.filter((one) => one !== gone) })),
      ];
      if (left.some((fewer) => allows(fewer, b, context))) expect(allows(a, b, context)).toBe(true);
    });
  });

  it('when a role is taken away, never allows more', () => {
    forAnyPair((a, b, context) => {
      const left = a.roles.map((gone) => ({ ...a, roles: a.roles.filter((role) => role !== gone) }));
      if (left.some((fewer) => allows(fewer, b, context))) expect(allows(a, b, context)).toBe(true);
    });
  });

  it('when time passes, never allows more', () => {
    forAnyPair((a, b, context) => {
      const later = { ...context, now: context.now + 10 * dayMs };
      if (allows(a, b, later)) expect(allows(a, b, context)).toBe(true);
    });
  });

  it('when settings become wider, never takes a right away', () => {
    forAnyPair((a, b, context) => {
      if (!allows(a, b, context)) return;
      const settings = { studentsAmongThemselves: 'anyone', parents: true, courseGraceDays: 21 } as const;
      expect(allows(a, b, { ...context, settings })).toBe(true);
    });
  });

  it('when one blocks the other, never allows more, and never cuts off staff of a shared course that goes on', () => {
    forAnyPair((a, b, context) => {
      const free = [
        { ...a, blockedIds: new Set<string>() },
        { ...b, blockedIds: new Set<string>() },
      ] as const;
      if (allows(a, b, context)) expect(allows(...free, context)).toBe(true);
      const taught = a.courses.some((mine) => {
        const theirs = b.courses.find(({ courseId }) => courseId === mine.courseId);
        const isParty = theirs && mine.role !== 'observer' && theirs.role !== 'observer';
        return isParty && isStaff(theirs.role) && !isCourseReadOnly(mine, context.settings, context.now);
      });
      if (taught) expect(allows({ ...a, blockedIds: new Set([b.id]) }, b, context)).toBe(true);
      if (a.safetyStaff || b.safetyStaff) expect(allows(a, b, context)).toBe(allows(...free, context));
    });
  });

  it('when somebody is deactivated, decides the same: reaching them is the question of the doors', () => {
    forAnyPair((a, b, context) => {
      const active = mayMessage({ ...a, active: true }, { ...b, active: true }, context);
      expect(mayMessage({ ...a, active: false }, { ...b, active: false }, context)).toEqual(active);
    });
  });

  it('when allowed, names a tie; when refused, explains without a name', () => {
    forAnyPair((a, b, context) => {
      const decision = mayMessage(a, b, context);
      if (decision.allowed) expect(decision.because.length).toBeGreaterThan(0);
      else expect(decision.explanation).toMatch(/^You can't message this person: .+\.$/);
    });
  });
});
