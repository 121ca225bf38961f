import type { Ask } from '@hallway/bus';
import type { ServiceRequestName, ServiceRequestParams, ServiceRequestResult } from '@hallway/contracts';
import { AppError } from '@hallway/platform';

type Pair = ServiceRequestParams<'people.pairs'>['pairs'][number];

type OlderAnswers = {
  [N in ServiceRequestName]?: (params: ServiceRequestParams<N>) => Promise<ServiceRequestResult<N>>;
};

// Answers take milliseconds. Whoever has not answered by then may never do so.
const patienceMs = 300;
// Services that answered so lately are of this release, and then a slow answer is only slow.
const sureForMs = 60_000;

/**
 * Asks message services of the previous release, too, which stand beside those of this one during a rollout and know neither
 * `people.pairs` nor `room.may-write`: they drop a question that they do not know. Where neither was answered for a minute, one
 * that stays open is asked again in the words that they do know. To be deleted with the release after the next.
 */
export function createAskAnyRelease(ask: Ask, now: () => number = Date.now): Ask {
  const olderAnswers: OlderAnswers = {
    'people.pairs': ({ pairs }) => judgePairs(ask, pairs),
    'room.may-write': (params) => judgeWriting(ask, params),
  };
  let answeredAt = Number.NEGATIVE_INFINITY;

  /** Services may also be taken back to the previous release: one question that nobody answered, and nothing is sure. */
  function note(error?: AppError): void {
    answeredAt = error?.code === 'TEMPORARILY_UNAVAILABLE' ? Number.NEGATIVE_INFINITY : now();
  }

  return async function askAnyRelease<N extends ServiceRequestName>(
    name: N,
    params: ServiceRequestParams<N>,
  ): Promise<ServiceRequestResult<N>> {
    const askOtherwise = olderAnswers[name];
    if (askOtherwise === undefined) return await ask(name, params);
    const answer = ask(name, params);
    // Its refusal is the caller's; one that comes too late was answered otherwise.
    answer.then(() => note(), note);
    if (now() - answeredAt < sureForMs) return await answer;
    const { promise: isLate, resolve: giveUp } = Promise.withResolvers<null>();
    const timer = setTimeout(giveUp, patienceMs, null);
    const inTime = await Promise.race([answer.then((value) => ({ value })), isLate]).finally(() => clearTimeout(timer));
    return inTime ? inTime.value : await askOtherwise(params);
  };
}

async function judgePairs(ask: Ask, pairs: Pair[]): Promise<ServiceRequestResult<'people.pairs'>> {
  const reachable = new Map<string, Set<string>>();
  const byOne = Map.groupBy(pairs, ({ one }) => one);
  for (const [userId, group] of byOne) {
    const others = [...new Set(group.map(({ other }) => other))];
    reachable.set(userId, new Set((await ask('people.reachable', { userId, userIds: others })).userIds));
  }
  return { allowed: pairs.map(({ one, other }) => reachable.get(one)?.has(other) === true) };
}

async function judgeWriting(
  ask: Ask,
  { userId, chatRoomId }: ServiceRequestParams<'room.may-write'>,
): Promise<ServiceRequestResult<'room.may-write'>> {
  const { chatRoom } = await ask('room.open', { userId, chatRoomId, afterSeq: Number.MAX_SAFE_INTEGER });
  const others = chatRoom.participants.map(({ id }) => id).filter((id) => id !== userId);
  if (chatRoom.type !== 'direct') return {};
  const { userIds } = await ask('people.reachable', { userId, userIds: others });
  if (userIds.length < others.length) throw new AppError({ code: 'MESSAGING_NOT_ALLOWED' });
  return {};
}
