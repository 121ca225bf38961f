import type { Ask } from '@hallway/bus';
import type { ServiceRequestName, ServiceRequestParams, ServiceRequestResult } from '@hallway/contracts';
import { AppError, toAppError } from '@hallway/platform';

type Pair = ServiceRequestParams<'people.pairs'>['pairs'][number];

type OlderAnswers = {
  [N in ServiceRequestName]?: (params: ServiceRequestParams<N>) => Promise<ServiceRequestResult<N>>;
};

/**
 * Asks message services of the previous release, too, which stand beside those of this one during a rollout and know neither
 * `people.pairs` nor `room.may-write`: to a question that they do not know they answer `INTERNAL`, and are then asked what they
 * do know. To be deleted with the release after the next.
 */
export function createAskAnyRelease(ask: Ask): Ask {
  const olderAnswers: OlderAnswers = {
    'people.pairs': ({ pairs }) => judgePairs(ask, pairs),
    'room.may-write': (params) => judgeWriting(ask, params),
  };

  return async function askAnyRelease<N extends ServiceRequestName>(
    name: N,
    params: ServiceRequestParams<N>,
  ): Promise<ServiceRequestResult<N>> {
    try {
      return await ask(name, params);
    } catch (error) {
      const answerOtherwise = olderAnswers[name];
      if (answerOtherwise === undefined || toAppError(error).code !== 'INTERNAL') throw error;
      return await answerOtherwise(params);
    }
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
