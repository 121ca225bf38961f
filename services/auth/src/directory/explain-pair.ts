import type { MayMessageAnswer } from '@hallway/contracts';
import { AppError, validationFailed } from '@hallway/platform';
import {
  type DirectoryReader,
  explainRefusal,
  knowsOf,
  mayMessage,
  type PersonFacts,
  type PolicyFacts,
  type PolicySettings,
  type Tie,
  toVia,
} from '@hallway/policy';

export interface ExplainPairDeps {
  facts: PolicyFacts;
  directory: DirectoryReader;
  settings: PolicySettings;
}

export interface PairQuestion {
  callerId: string;
  toId: string;
  /** Another sender than the caller. */
  fromId?: string | undefined;
}

/**
 * Says whether somebody may write to a person, and why or why not, from what is true now. Whoever the caller cannot know of is
 * `NOT_FOUND`, but for administrators, who may also ask about any two people; others who do are `FORBIDDEN`.
 */
export function createExplainPair({ facts, directory, settings }: ExplainPairDeps) {
  async function nameTies(ties: Tie[]): Promise<string[]> {
    const courses = await directory.findCourses(ties.flatMap((tie) => ('courseId' in tie ? [tie.courseId] : [])));
    const texts = toVia(ties, new Map([...courses].map(([id, { code }]) => [id, code])));
    return texts.length > 0 ? texts : ['Administration'];
  }

  async function decide(sender: PersonFacts, person: PersonFacts, isAdmin: boolean): Promise<MayMessageAnswer> {
    if (!person.active) return { allowed: false, reason: 'NOT_RELATED', explanation: 'This account is deactivated.' };
    const decision = mayMessage(sender, person, { settings, now: Date.now() });
    if (decision.allowed) return { allowed: true, because: await nameTies(decision.because) };
    const { reason, explanation, trueReason } = decision;
    return isAdmin ? explainToAdmin(sender, person, trueReason) : { allowed: false, reason, explanation };
  }

  return async function explainPair({ callerId, toId, fromId = callerId }: PairQuestion): Promise<MayMessageAnswer> {
    const people = await facts.factsOf([callerId, fromId, toId], { fresh: true });
    const [caller, sender, person] = [people.get(callerId), people.get(fromId), people.get(toId)];
    const isAdmin = caller?.roles.includes('admin') ?? false;
    checkQuestion({ callerId, toId, fromId }, isAdmin);
    if (!sender || !person || !(isAdmin || person.active)) throw notFound();
    const answer = await decide(sender, person, isAdmin);
    if (!answer.allowed && !isAdmin && !knowsOf(sender, person)) throw notFound();
    return answer;
  };
}

export type ExplainPair = ReturnType<typeof createExplainPair>;

function checkQuestion({ callerId, toId, fromId }: PairQuestion, isAdmin: boolean): void {
  if (fromId !== callerId && !isAdmin) {
    throw new AppError({ code: 'FORBIDDEN', internal: 'only administrators ask about others' });
  }
  if (fromId === toId) throw validationFailed([{ path: '/id', message: 'must be another person' }]);
}

function notFound(): AppError {
  return new AppError({ code: 'NOT_FOUND', internal: 'no such person for the caller' });
}

type Refused = Extract<MayMessageAnswer, { allowed: false }>;

function explainToAdmin(sender: PersonFacts, person: PersonFacts, reason: Refused['reason']): Refused {
  const rule = explainRefusal({ reason, senderRole: sender.role, recipientRole: person.role });
  const explanation = reason === 'BLOCKED' ? 'One of the two has blocked the other.' : rule;
  return { allowed: false, reason, explanation };
}
