import type { CourseRole, ErrorCode, RefusalReason, Role } from '@hallway/contracts';

export const roles: readonly Role[] = ['student', 'parent', 'instructor', 'admin'];
export const courseRoles: readonly CourseRole[] = ['student', 'ta', 'instructor', 'observer'];

/** How the caller stands to what the door leads to; each kind of resource says what that means. */
export const relations = ['own', 'member', 'former', 'stranger'] as const;
export type Relation = (typeof relations)[number];

/**
 * What a door may lead to, and who is who there.
 * - `nothing`: the caller's own affairs, or none's: there is no relation.
 * - `campus`: people, courses and terms that were made for the call. No relation either.
 * - `group`: `$room`, with `$message` by its owner, and `$other` who is a member. Own: the owner and author. Former: was removed.
 * - `direct`: `$room` with `$other`, an assistant of `$course`, and `$message` by who opened it. Own: opened it. Member: was written to. Former: their course is over
 *   for the caller. Stranger: it is the room of two others. Administrators always have a tie.
 * - `course room`, `announcement`: `$room` that follows `$course`, with `$message` by its owner, `$enrolled` whom an enrolment put
 *   there, and `$other` who was brought in by hand. Own: the owner, who teaches the course. Member: belongs to the course in each
 *   course role. Former: was in it as a student, until the enrolment ended.
 * - `course`: `$course`. Own: teaches it. Member: belongs to it in each course role. Former: was a student of it.
 * - `person`: `$person`. Own: the caller. Member: assists in a course to which the caller belongs in each course role. Former: a
 *   course connected the two.
 * - `made`: the room that was made under `$clientroom`. Own: the caller's, still theirs. Former: they left it.
 * - `session`: `$session`. Own: of the caller. Stranger: of somebody else. There is nothing in between.
 */
export type ResourceKind = 'nothing' | 'campus' | 'group' | 'direct' | KindOfCourse | 'made' | 'session';

export const kindsOfCourse = ['course room', 'announcement', 'course', 'person'] as const;
/** What somebody has to do with by a course: whoever belongs to it is asked in each course role. */
export type KindOfCourse = (typeof kindsOfCourse)[number];

/**
 * `ok`: done, or answered. Otherwise the code of the refusal, and for `MESSAGING_NOT_ALLOWED` its reason. `gone` and `absent`:
 * answered, without what was asked for.
 */
export type Outcome = 'ok' | 'gone' | 'absent' | Exclude<ErrorCode, 'MESSAGING_NOT_ALLOWED'> | RefusalReason;

/** One outcome for all roles, or those of the roles that differ. */
export type ByRole = Outcome | ({ others: Outcome } & Partial<Record<Role, Outcome>>);

/** The same by what somebody is in the course, whatever the role of the account. */
export type ByCourseRole = Record<CourseRole, ByRole>;

interface Door {
  /** Method and path as the service registers it, or `socket` and the event. */
  door: string;
  /** The address with its `$names`; the door's own path otherwise. */
  at?: string;
  body?: unknown;
  /** Open to everybody, signed in or not. */
  public?: true;
  /** It ends the caller's session: the call brings one of its own. */
  endsSession?: true;
  /** The caller's socket has tried to open the room before. */
  joined?: true;
  /** It uses the course room up: those whom it may let through get one of their own. */
  alone?: true;
}

export type Row = Door &
  (
    | { on: 'nothing'; answers: ByRole }
    | { on: 'campus'; answers: ByRole }
    | { on: 'group' | 'direct'; answers: Record<Relation, ByRole> }
    | { on: KindOfCourse; answers: Record<Exclude<Relation, 'member'>, ByRole> & { member: ByRole | ByCourseRole } }
    | { on: 'made'; answers: Record<'own' | 'former', ByRole> }
    | { on: 'session'; answers: Record<'own' | 'stranger', ByRole> }
  );

export interface Cell {
  role: Role;
  /** Null where there is no relation. */
  relation: Relation | null;
  /** What the member of a course is in it; null where nothing hangs on a course, and of everybody else. */
  courseRole: CourseRole | null;
  outcome: Outcome;
}

/** Every case of a row: one for each role and relation, and for members of a course one for each course role. */
export function cellsOf(row: Row): Cell[] {
  if (row.on === 'nothing' || row.on === 'campus') return cellsFor(row.answers, null);
  const answers: { [R in Relation]?: ByRole | ByCourseRole } = row.answers;
  return relations.flatMap((relation) => {
    const answer = answers[relation];
    if (answer === undefined) return [];
    if (relation === 'member' && isKindOfCourse(row.on)) {
      return courseRoles.flatMap((courseRole) => cellsFor(answerOf(answer, courseRole), relation, courseRole));
    }
    return isByCourseRole(answer) ? [] : cellsFor(answer, relation);
  });
}

function cellsFor(answer: ByRole, relation: Relation | null, courseRole: CourseRole | null = null): Cell[] {
  return roles.map((role) => ({ role, relation, courseRole, outcome: outcomeOf(answer, role) }));
}

function answerOf(answer: ByRole | ByCourseRole, courseRole: CourseRole): ByRole {
  return isByCourseRole(answer) ? answer[courseRole] : answer;
}

function isByCourseRole(answer: ByRole | ByCourseRole): answer is ByCourseRole {
  return typeof answer !== 'string' && 'ta' in answer;
}

function isKindOfCourse(kind: ResourceKind): kind is KindOfCourse {
  return kindsOfCourse.some((one) => one === kind);
}

function outcomeOf(answer: ByRole, role: Role): Outcome {
  return typeof answer === 'string' ? answer : (answer[role] ?? answer.others);
}
