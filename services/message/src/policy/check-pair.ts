import { AppError } from '@hallway/platform';
import { mayMessage, type PersonFacts, type PolicySettings } from '@hallway/policy';

/**
 * Answers the refusal of a message between two people, or null when it may be sent. `recipient` is undefined where nobody
 * has the id. Pure: what it decides by is handed in.
 */
export function findPairRefusal(
  sender: PersonFacts,
  recipient: PersonFacts | undefined,
  settings: PolicySettings,
): AppError | null {
  if (!recipient?.active) return new AppError({ code: 'RECIPIENT_NOT_FOUND', internal: 'nobody active has this id' });
  const decision = mayMessage(sender, recipient, settings);
  if (decision.allowed) return null;
  return new AppError({
    code: 'MESSAGING_NOT_ALLOWED',
    message: decision.explanation,
    details: { reason: decision.reason },
    internal: 'the policy refuses this pair',
  });
}
