import type { RefusalReason } from '@hallway/contracts';
import { explainRefusal } from './explain-refusal.ts';
import { areStudents, type FoundTie, findTies, type Tie, type TieRules, toTieRules } from './find-ties.ts';
import type { PersonFacts } from './person-facts.ts';
import type { PolicySettings } from './policy-settings.ts';

/** By what else than the two people it is decided. */
export interface PolicyContext {
  settings: PolicySettings;
  /** Milliseconds since 1970: courses conclude, and guardianships end. */
  now: number;
}

/**
 * `reason` and `explanation` are what the first of the two may be told. `trueReason` differs where they were blocked, which is
 * nobody's business but the blocker's; it is for administrators, and never sent to the two.
 */
export type PolicyDecision =
  | { allowed: true; because: Tie[] }
  | { allowed: false; reason: RefusalReason; explanation: string; trueReason: RefusalReason };

/**
 * Whether `a` may write to `b`, by the default policy as the institution and its courses change it. Pure. `b` and `a` get the
 * same answer: `because` lists every tie, at least one, as `a` sees it, and only a block is told to the two differently.
 * A person has no tie to themselves.
 */
export function mayMessage(a: PersonFacts, b: PersonFacts, { settings, now }: PolicyContext): PolicyDecision {
  const rules = toTieRules(settings, now);
  const found = findTies(a, b, rules);
  const open = found.filter((one) => one.open);
  const kept = isBlocked(a, b) ? open.filter((one) => cannotBeBlocked(one, a, b)) : open;
  if (kept.length > 0) return { allowed: true, because: kept.map(({ tie }) => tie) };
  const trueReason = open.length > 0 ? 'BLOCKED' : findReason(a, b, { found, rules, settings });
  const reason = trueReason === 'BLOCKED' && !a.blockedIds.has(b.id) ? 'NOT_RELATED' : trueReason;
  const explanation = explainRefusal({ reason, senderRole: a.role, recipientRole: b.role });
  return { allowed: false, reason, explanation, trueReason };
}

function isBlocked(a: PersonFacts, b: PersonFacts): boolean {
  return a.blockedIds.has(b.id) || b.blockedIds.has(a.id);
}

/** Staff stay reachable for those for whom they are there, and those for staff, whoever blocked whom. */
function cannotBeBlocked({ staff }: FoundTie, a: PersonFacts, b: PersonFacts): boolean {
  return staff || a.safetyStaff || b.safetyStaff;
}

/** Why a block of `b` by `a` would have no effect at present: `b` is somebody who must stay reachable for `a`. */
export function isProtectedFromBlock(a: PersonFacts, b: PersonFacts, { settings, now }: PolicyContext): boolean {
  if (b.safetyStaff || b.roles.includes('admin')) return true;
  return findTies(a, b, toTieRules(settings, now)).some(({ staff, open }) => staff && open);
}

/**
 * Whether `a` knows of `b` without being allowed to write: they share a course or a family, whatever the settings, or `a` has
 * blocked them. To everybody else a person whom they may not write to does not exist.
 */
export function knowsOf(a: PersonFacts, b: PersonFacts): boolean {
  const theirs = new Set(b.courses.map(({ courseId }) => courseId));
  return (
    a.blockedIds.has(b.id) ||
    a.courses.some(({ courseId }) => theirs.has(courseId)) ||
    a.children.some(({ childId }) => childId === b.id) ||
    b.children.some(({ childId }) => childId === a.id)
  );
}

interface ReasonContext {
  found: FoundTie[];
  rules: TieRules;
  settings: PolicySettings;
}

/** Nobody is told that a tie exists which they could not know of: what would be, were the rules wider, both know already. */
function findReason(a: PersonFacts, b: PersonFacts, { found, rules, settings }: ReasonContext): RefusalReason {
  if (found.length > 0) return 'READ_ONLY';
  const withFamilies = { ...rules, families: true, parentsIn: () => true };
  const isParent = a.role === 'parent' || b.role === 'parent';
  if (!settings.parents && isParent) return 'PARENTS_OFF';
  if (findTies(a, b, withFamilies).length > 0) return 'PARENTS_OFF';
  const allStudentsOff = settings.studentsAmongThemselves === 'staff-only' && areStudents(a, b) && a.id !== b.id;
  if (allStudentsOff || findTies(a, b, { ...rules, studentsIn: () => true }).length > 0) return 'STUDENTS_OFF';
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
