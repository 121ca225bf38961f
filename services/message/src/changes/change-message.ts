import { randomUUID } from 'node:crypto';
import type { SharedBuckets, SubmitChange } from '@hallway/bus';
import { type ChangeCommand, findContentProblem, type RoomMessage } from '@hallway/contracts';
import { AppError, isStoreAway, type TokenBuckets, validationFailed } from '@hallway/platform';
import type { AdmitChange } from './admit-change.ts';
import type { ApplyChanges } from './apply-changes.ts';

export interface ChangeMessageDeps {
  admitChange: AdmitChange;
  submitChange: SubmitChange;
  /** Applies without the command stream and announces where it can. */
  applyDirectly: ApplyChanges;
  isRedisAway: () => boolean;
  /** A change costs as much as a send, and is counted with them. */
  buckets: TokenBuckets;
  sharedBuckets: SharedBuckets;
}

export type ChangeMessage = Pick<ChangeCommand, 'change' | 'callerId' | 'callerRole' | 'messageId' | 'content'>;

/**
 * Edits or deletes a message through the command stream of its room, so that two changes have one order for everybody; while
 * Redis is away, at once. Deleting again answers the deleted message. Rejects with the refusal, `RATE_LIMITED`,
 * `TEMPORARILY_UNAVAILABLE` or `OUTCOME_UNKNOWN`.
 */
export function createChangeMessage(deps: ChangeMessageDeps) {
  const { admitChange, submitChange, applyDirectly, isRedisAway, buckets, sharedBuckets } = deps;

  async function changeDirectly(wanted: ChangeMessage, chatRoomId: string): Promise<RoomMessage> {
    const envelope = { requestId: randomUUID(), origin: 'direct', submittedAt: new Date().toISOString() };
    const command = { ...wanted, ...envelope, chatRoomId };
    const [outcome] = await applyDirectly([command]).catch(sayUnknown);
    if (outcome?.status === 'changed') return outcome.message;
    throw outcome?.error ?? new AppError({ code: 'INTERNAL', internal: 'a change had no outcome' });
  }

  return async function changeMessage(wanted: ChangeMessage): Promise<RoomMessage> {
    const problem = wanted.change === 'edit' ? findContentProblem(wanted.content) : null;
    if (problem) throw validationFailed([{ path: '/content', message: problem }]);
    const waitMs = buckets.take(wanted.callerId) || (await sharedBuckets.take(wanted.callerId));
    if (waitMs > 0) throw new AppError({ code: 'RATE_LIMITED', internal: 'too many changes', retryAfterMs: waitMs });
    // Asked here as well, because only the message tells which room's stream it goes to.
    const { room } = await admitChange(wanted);
    if (isRedisAway()) return changeDirectly(wanted, room.id);
    return (await submitChange({ ...wanted, chatRoomId: room.id })).message;
  };
}

export type ChangeMessageUseCase = ReturnType<typeof createChangeMessage>;

function sayUnknown(error: unknown): never {
  if (!isStoreAway(error)) throw error;
  throw new AppError({ code: 'OUTCOME_UNKNOWN', internal: 'the store went away', retryAfterMs: 2000, cause: error });
}
