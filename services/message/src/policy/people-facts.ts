import type { PersonFacts, PolicyFacts } from '@hallway/policy';
import { createBoundedCache } from '../bounded-cache.ts';

// A change of enrolment takes effect within a second on every door; in a lively room that still saves nearly every read.
const freshForMs = 1000;
const rememberedPeople = 50_000;

/** Facts of people for the policy, as they were at most a second ago. Unknown ids are absent. */
export function createPeopleFacts({ policyFacts, now = Date.now }: { policyFacts: PolicyFacts; now?: () => number }) {
  const cache = createBoundedCache<string, { facts: PersonFacts | null; at: number }>(rememberedPeople);

  async function refresh(userIds: string[]): Promise<void> {
    if (userIds.length === 0) return;
    const at = now();
    const loaded = await policyFacts.factsOf(userIds);
    for (const userId of userIds) cache.set(userId, { facts: loaded.get(userId) ?? null, at });
  }

  /** `atMostOldMs` 0 reads them now, for doors where a wrong refusal would be noticed. */
  return async function findPeopleFacts(
    userIds: string[],
    atMostOldMs = freshForMs,
  ): Promise<Map<string, PersonFacts>> {
    const wanted = [...new Set(userIds)];
    await refresh(
      wanted.filter((userId) => now() - (cache.get(userId)?.at ?? Number.NEGATIVE_INFINITY) >= atMostOldMs),
    );
    const found = new Map<string, PersonFacts>();
    for (const userId of wanted) {
      const facts = cache.get(userId)?.facts;
      if (facts) found.set(userId, facts);
    }
    return found;
  };
}

export type FindPeopleFacts = ReturnType<typeof createPeopleFacts>;
