import { AppError, validationFailed } from '@hallway/platform';
import type { PersonFacts, PolicySettings } from '@hallway/policy';
import { findPairRefusal } from '../policy/check-pair.ts';
import type { FindPeopleFacts } from '../policy/people-facts.ts';

export interface CheckMembersDeps {
  findPeopleFacts: FindPeopleFacts;
  settings: PolicySettings;
}

/**
 * Asks the policy whether a person may bring these people into a room: whether they may write to each of them. Throws for the
 * first whom they may not, and says who it is. Read now: what was true a second ago must not let anybody in.
 */
export function createCheckMembers({ findPeopleFacts, settings }: CheckMembersDeps) {
  return async function checkMembers(adder: PersonFacts, userIds: string[]): Promise<void> {
    const people = await findPeopleFacts([adder.id, ...userIds], { fresh: true });
    const now = people.get(adder.id) ?? adder;
    for (const userId of userIds) {
      const refusal = userId === adder.id ? null : findPairRefusal(now, people.get(userId), settings);
      if (refusal) throw withPerson(refusal, userId);
    }
  };
}

export type CheckMembers = ReturnType<typeof createCheckMembers>;

function withPerson(refusal: AppError, userId: string): AppError {
  return new AppError({
    code: refusal.code,
    ...(refusal.publicMessage === undefined ? {} : { message: refusal.publicMessage }),
    details: { ...(refusal.details as object | undefined), userId },
    internal: refusal.message,
  });
}

// Words for a list: no line breaks, no tabs, nothing that cannot be seen.
const refusedInTitle = /\p{Cc}/u;

/** The title as it is stored. Throws VALIDATION_FAILED for one that nobody could read. */
export function checkTitle(title: string): string {
  const trimmed = title.trim();
  const problem =
    trimmed.length === 0
      ? 'must not be empty'
      : !trimmed.isWellFormed() || refusedInTitle.test(trimmed)
        ? 'must not contain control characters'
        : null;
  if (problem) throw validationFailed([{ path: '/title', message: problem }]);
  return trimmed;
}
