import type { ErrorCode, Role } from '@hallway/contracts';

export const roles: readonly Role[] = ['student', 'parent', 'instructor', 'admin'];

/** How the caller stands to what the door leads to; each kind of resource says what that means. */
export const relations = ['own', 'member', 'former', 'stranger'] as const;
export type Relation = (typeof relations)[number];

/**
 * What a door may lead to, and who is who there.
 * - `nothing`: the caller's own affairs, or none's: there is no relation.
 * - `campus`: people, courses and terms that were made for the call. No relation either.
 * - `group`: `$room`, with `$message` by its owner, and `$other` who is a member. Own: the owner and author. Former: was removed.
 * - `direct`: `$room` with `$other`, an assistant of a course. Own: opened it. Member: was written to. Former: their course is over
 *   for the caller. Stranger: it is the room of two others. Administrators always have a tie.
 * - `course`: `$course`. Own: teaches it. Member: a student of it. Former: was one.
 * - `person`: `$person`. Own: the caller. Member: assists in a course of the caller. Former: a course connected the two.
 * - `made`: the room that was made under `$clientroom`. Own: the caller's, still theirs. Former: they left it.
 * - `session`: `$session`. Own: of the caller. Stranger: of somebody else. There is nothing in between.
 */
export type ResourceKind = 'nothing' | 'campus' | 'group' | 'direct' | 'course' | 'person' | 'made' | 'session';

/** `ok`: done, or answered. Otherwise the code of the refusal. `gone` and `absent`: answered, without what was asked for. */
export type Outcome = 'ok' | 'gone' | 'absent' | ErrorCode;

/** One outcome for all roles, or those of the roles that differ. */
export type ByRole = Outcome | ({ others: Outcome } & Partial<Record<Role, Outcome>>);

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
}

export type Row = Door &
  (
    | { on: 'nothing'; answers: ByRole }
    | { on: 'campus'; answers: ByRole }
    | { on: 'group' | 'direct' | 'course' | 'person'; answers: Record<Relation, ByRole> }
    | { on: 'made'; answers: Record<'own' | 'former', ByRole> }
    | { on: 'session'; answers: Record<'own' | 'stranger', ByRole> }
  );

export interface Cell {
  role: Role;
  /** Null where there is no relation. */
  relation: Relation | null;
  outcome: Outcome;
}

/** Every case of a row, one for each role and relation. */
export function cellsOf(row: Row): Cell[] {
  if (row.on === 'nothing' || row.on === 'campus') {
    return roles.map((role) => ({ role, relation: null, outcome: outcomeOf(row.answers, role) }));
  }
  const answers: { [R in Relation]?: ByRole } = row.answers;
  return relations.flatMap((relation) => {
    const answer = answers[relation];
    if (answer === undefined) return [];
    return roles.map((role) => ({ role, relation, outcome: outcomeOf(answer, role) }));
  });
}

function outcomeOf(answer: ByRole, role: Role): Outcome {
  return typeof answer === 'string' ? answer : (answer[role] ?? answer.others);
}
