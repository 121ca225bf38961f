import type { AppError } from '@hallway/platform';
import type { PolicySettings } from '@hallway/policy';
import { findGroupPairRefusal, findPairRefusal } from '../policy/check-pair.ts';
import type { FindPeopleFacts } from '../policy/people-facts.ts';
import type { FindPairs } from './find-pairs.ts';
import { findWriteRefusal, type Standing } from './room-rules.ts';
import { otherOf } from './rooms.repository.ts';

export interface FindRefusalNowDeps {
  findPeopleFacts: FindPeopleFacts;
  findPairs: FindPairs;
  settings: PolicySettings;
}

/**
 * Why a send of this person would be refused now, or null. Between two people the policy of the pair decides, in a direct room
 * as in a group of two; elsewhere the room does.
 */
export function createFindRefusalNow({ findPeopleFacts, findPairs, settings }: FindRefusalNowDeps) {
  return async function findRefusalNow(standing: Standing): Promise<AppError | null> {
    const { room, person } = standing;
    const otherId = otherOf(room, person.id);
    if (otherId !== null) {
      return findPairRefusal(person, (await findPeopleFacts([otherId])).get(otherId), settings);
    }
    const refusal = findWriteRefusal(standing);
    if (refusal) return refusal;
    const counterpart = (await findPairs([room])).get(room.id)?.find((id) => id !== person.id);
    if (counterpart === undefined) return null;
    return findGroupPairRefusal(person, (await findPeopleFacts([counterpart])).get(counterpart), settings);
  };
}

export type FindRefusalNow = ReturnType<typeof createFindRefusalNow>;
