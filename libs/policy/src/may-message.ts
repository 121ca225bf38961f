import type { CourseRole, RefusalReason, Role } from '@hallway/contracts';
import { explainRefusal } from './explain-refusal.ts';
import type { PolicySettings } from './policy-settings.ts';

/** All that the policy knows of a person. */
export interface PersonFacts {
  id: string;
  role: Role;
  /** Not asked by the policy: whether a deactivated person can be reached is the question of each door. */
  active: boolean;
  courses: { courseId: string; role: CourseRole }[];
  childIds: string[];
  /** Courses in which a child of theirs is a student. */
  childCourseIds: string[];
}

/** What lets `a` write to `b`, seen from `a`: `child` means that `b` is a child of `a`. */
export type Tie =
  | { kind: 'administration' | 'administered' | 'colleague' | 'campus' | 'child' | 'parent' }
  | { kind: 'course' | 'child-course'; courseId: string };

export type PolicyDecision =
  | { allowed: true; because: Tie[] }
  | { allowed: false; reason: RefusalReason; explanation: string };

/**
 * Whether `a` may write to `b`, by the default policy as the institution's settings change it. The answer is the same for
 * `b` and `a`, `because` apart: it lists every tie, at least one, as `a` sees it. A person has no tie to themselves.
 */
export function mayMessage(a: PersonFacts, b: PersonFacts, settings: PolicySettings): PolicyDecision {
  const because = a.id === b.id ? [] : findTies(a, b, settings);
  if (because.length > 0) return { allowed: true, because };
  const reason = findReason(a, b, settings);
  return { allowed: false, reason, explanation: explainRefusal({ reason, senderRole: a.role, recipientRole: b.role }) };
}

function findTies(a: PersonFacts, b: PersonFacts, settings: PolicySettings): Tie[] {
  return [...roleTies(a, b, settings), ...courseTies(a, b, settings), ...(settings.parents ? familyTies(a, b) : [])];
}

function roleTies(a: PersonFacts, b: PersonFacts, settings: PolicySettings): Tie[] {
  const ties: Tie[] = [];
  if (b.role === 'admin') ties.push({ kind: 'administration' });
  else if (a.role === 'admin') ties.push({ kind: 'administered' });
  if (a.role === 'instructor' && b.role === 'instructor') ties.push({ kind: 'colleague' });
  if (areStudents(a, b) && settings.studentsAmongThemselves === 'anyone') ties.push({ kind: 'campus' });
  return ties;
}

function courseTies(a: PersonFacts, b: PersonFacts, settings: PolicySettings): Tie[] {
  const studentsMay = settings.studentsAmongThemselves !== 'staff-only';
  return sharedCourses(a, b)
    .filter(({ mine, theirs }) => (mine === 'student' && theirs === 'student' ? studentsMay : true))
    .map(({ courseId }) => ({ kind: 'course', courseId }));
}

function familyTies(a: PersonFacts, b: PersonFacts): Tie[] {
  const ties: Tie[] = [];
  if (a.childIds.includes(b.id)) ties.push({ kind: 'child' });
  if (b.childIds.includes(a.id)) ties.push({ kind: 'parent' });
  const courseIds = new Set([...taughtChildCourses(a, b), ...taughtChildCourses(b, a)]);
  return [...ties, ...[...courseIds].map((courseId): Tie => ({ kind: 'child-course', courseId }))];
}

/** Courses of the parent's children that the other person teaches. */
function taughtChildCourses(parent: PersonFacts, staff: PersonFacts): string[] {
  const taught = staff.courses.filter(({ role }) => isStaff(role)).map(({ courseId }) => courseId);
  return parent.childCourseIds.filter((courseId) => taught.includes(courseId));
}

/** Courses to which both belong as students or staff. An observer looks on and is no party to a course. */
function sharedCourses(a: PersonFacts, b: PersonFacts) {
  const theirRoles = new Map(b.courses.map(({ courseId, role }) => [courseId, role]));
  return a.courses.flatMap(({ courseId, role: mine }) => {
    const theirs = theirRoles.get(courseId);
    if (!theirs || mine === 'observer' || theirs === 'observer') return [];
    return [{ courseId, mine, theirs }];
  });
}

/** A teaching assistant counts as an instructor of that course, and of no other. */
export function isStaff(role: CourseRole): boolean {
  return role === 'instructor' || role === 'ta';
}

function areStudents(a: PersonFacts, b: PersonFacts): boolean {
  return a.role === 'student' && b.role === 'student';
}

/** Nobody is told that a tie exists which they could not know of: the reason looks at roles and settings first. */
function findReason(a: PersonFacts, b: PersonFacts, settings: PolicySettings): RefusalReason {
  if (!settings.parents && (a.role === 'parent' || b.role === 'parent')) return 'PARENTS_OFF';
  const onlyStudents = areStudents(a, b) || sharedCourses(a, b).length > 0;
  if (settings.studentsAmongThemselves === 'staff-only' && onlyStudents && a.id !== b.id) return 'STUDENTS_OFF';
  return 'NOT_RELATED';
}

// What a list of people shows under a name. Administered people need no reason: an administrator reaches everybody.
const tieTexts = {
  administration: 'Administration',
  administered: null,
  colleague: 'Colleague',
  campus: 'Campus',
  child: 'Child',
  parent: 'Parent',
} as const;

/** Ties as short texts for people, such as `CS101` or `Child`, each once. A course without a known code is left out. */
export function toVia(ties: Tie[], courseCodes: ReadonlyMap<string, string>): string[] {
  const texts = ties.map((tie) => ('courseId' in tie ? courseCodes.get(tie.courseId) : tieTexts[tie.kind]));
  return [...new Set(texts.filter((text) => typeof text === 'string'))];
}
