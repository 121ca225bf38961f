import { type CoursePolicy, isStaff, type PersonFacts } from './person-facts.ts';
import { isCourseReadOnly, type PolicySettings } from './policy-settings.ts';

/** What lets `a` write to `b`, seen from `a`: `child` means that `b` is a child of `a`. */
export type Tie =
  | { kind: 'administration' | 'administered' | 'colleague' | 'campus' | 'child' | 'parent' }
  | { kind: 'course' | 'child-course'; courseId: string };

/** A tie and what else decides whether it counts. */
export interface FoundTie {
  tie: Tie;
  /** One of the two is there for the other: such a tie cannot be blocked. */
  staff: boolean;
  /** False where the course ended so long ago that it can only be read. */
  open: boolean;
}

/** What an institution and each course allow, as questions. */
export interface TieRules {
  now: number;
  campus: boolean;
  families: boolean;
  studentsIn: (course: CoursePolicy) => boolean;
  parentsIn: (course: CoursePolicy) => boolean;
  isOpen: (course: CoursePolicy) => boolean;
}

/** A course may decide otherwise for its own people than the institution does for all. */
export function toTieRules(settings: PolicySettings, now: number): TieRules {
  return {
    now,
    campus: settings.studentsAmongThemselves === 'anyone',
    families: settings.parents,
    studentsIn: (course) =>
      (course.settings.studentsAmongThemselves ?? settings.studentsAmongThemselves) !== 'staff-only',
    parentsIn: (course) => course.settings.parents ?? settings.parents,
    isOpen: (course) => !isCourseReadOnly(course, settings, now),
  };
}

/** Every tie of two people that the rules allow, those of ended courses marked. Of oneself: none. */
export function findTies(a: PersonFacts, b: PersonFacts, rules: TieRules): FoundTie[] {
  if (a.id === b.id) return [];
  return [...roleTies(a, b, rules), ...courseTies(a, b, rules), ...familyTies(a, b, rules)];
}

function roleTies(a: PersonFacts, b: PersonFacts, { campus }: TieRules): FoundTie[] {
  const ties: FoundTie[] = [];
  if (b.roles.includes('admin')) ties.push({ tie: { kind: 'administration' }, staff: true, open: true });
  else if (a.roles.includes('admin')) ties.push({ tie: { kind: 'administered' }, staff: true, open: true });
  if (a.roles.includes('instructor') && b.roles.includes('instructor')) {
    ties.push({ tie: { kind: 'colleague' }, staff: false, open: true });
  }
  if (campus && areStudents(a, b)) ties.push({ tie: { kind: 'campus' }, staff: false, open: true });
  return ties;
}

export function areStudents(a: PersonFacts, b: PersonFacts): boolean {
  return a.roles.includes('student') && b.roles.includes('student');
}

/** Courses to which both belong as students or staff. An observer looks on and is no party to a course. */
function courseTies(a: PersonFacts, b: PersonFacts, { studentsIn, isOpen }: TieRules): FoundTie[] {
  const ties: FoundTie[] = [];
  for (const mine of a.courses) {
    const theirs = b.courses.find(({ courseId }) => courseId === mine.courseId);
    if (!theirs || mine.role === 'observer' || theirs.role === 'observer') continue;
    const staff = isStaff(mine.role) || isStaff(theirs.role);
    if (!staff && !studentsIn(mine)) continue;
    ties.push({ tie: { kind: 'course', courseId: mine.courseId }, staff, open: isOpen(mine) });
  }
  return ties;
}

function familyTies(a: PersonFacts, b: PersonFacts, rules: TieRules): FoundTie[] {
  const ties: FoundTie[] = [];
  if (rules.families && isGuardian(a, b, rules)) ties.push({ tie: { kind: 'child' }, staff: false, open: true });
  if (rules.families && isGuardian(b, a, rules)) ties.push({ tie: { kind: 'parent' }, staff: false, open: true });
  const courses = new Map(
    [...taughtChildCourses(a, b, rules), ...taughtChildCourses(b, a, rules)].map((one) => [one.courseId, one]),
  );
  for (const course of courses.values()) {
    const tie = { kind: 'child-course', courseId: course.courseId } as const;
    ties.push({ tie, staff: true, open: rules.isOpen(course) });
  }
  return ties;
}

function guardianships(parent: PersonFacts, { now }: TieRules) {
  return parent.children.filter(({ mayMessage, endsAt }) => mayMessage && (endsAt === null || endsAt > now));
}

function isGuardian(parent: PersonFacts, child: PersonFacts, rules: TieRules): boolean {
  return guardianships(parent, rules).some(({ childId }) => childId === child.id);
}

/** Courses of the parent's children that the other person teaches. */
function taughtChildCourses(parent: PersonFacts, staff: PersonFacts, rules: TieRules): CoursePolicy[] {
  if (parent.children.length === 0) return [];
  const taught = new Set(staff.courses.filter(({ role }) => isStaff(role)).map(({ courseId }) => courseId));
  return guardianships(parent, rules)
    .flatMap(({ courses }) => courses)
    .filter((course) => taught.has(course.courseId) && rules.parentsIn(course));
}
