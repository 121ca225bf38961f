import { AppError } from '@hallway/platform';
import { mayMessage, type PersonFacts, type PolicySettings } from '@hallway/policy';

/**
 * Answers the refusal of a message between two people, or null when it may be sent now. `recipient` is undefined where nobody
 * has the id. What it decides by is handed in, but for the time.
 */
export function findPairRefusal(
  sender: PersonFacts,
  recipient: PersonFacts | undefined,
  settings: PolicySettings,
): AppError | null {
  if (!recipient?.active) return new AppError({ code: 'RECIPIENT_NOT_FOUND', internal: 'nobody active has this id' });
  const decision = mayMessage(sender, recipient, { settings, now: Date.now() });
  if (decision.allowed) return null;
  return new AppError({
    code: 'MESSAGING_NOT_ALLOWED',
    message: decision.explanation,
    details: { reason: decision.reason },
    internal: `the policy refuses this pair: ${decision.trueReason}`,
  });
}

/**
 * The same for a group that has come down to two people: it is no way around the policy. Somebody whose account is closed hears
 * nothing, and the group may be written in.
 */
export function findGroupPairRefusal(
  sender: PersonFacts,
  other: PersonFacts | undefined,
  settings: PolicySettings,
): AppError | null {
  return other?.active ? findPairRefusal(sender, other, settings) : null;
}

/** Whether one may write to the other now. Somebody who does not exist or is deactivated cannot be reached. */
export function isReachable(
  caller: PersonFacts | undefined,
  other: PersonFacts | undefined,
  settings: PolicySettings,
): other is PersonFacts {
  return caller !== undefined && findPairRefusal(caller, other, settings) === null;
}
