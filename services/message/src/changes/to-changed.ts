import type { ChangeCommand } from '@hallway/contracts';
import type { StoredMessage } from '../messages/message-record.ts';
import type { MessageChange } from '../messages/messages.repository.ts';

// A change comes again within seconds of its first time, and few changes of one message fit in between.
const rememberedChanges = 16;

type Before = Pick<StoredMessage, 'content' | 'createdAt' | 'editedAt' | 'deletedAt' | 'changedAt' | 'appliedChanges'>;

/**
 * What a change makes of a message; null where it leaves it as it is, because it was applied before or the message is deleted
 * already. Each change is dated later than the one before it, by a millisecond at least. Pure.
 */
export function toChanged(
  message: Before,
  { change, content, requestId }: Pick<ChangeCommand, 'change' | 'content' | 'requestId'>,
  now: Date,
): Omit<MessageChange, 'message'> | null {
  if (message.deletedAt !== null || message.appliedChanges.includes(requestId)) return null;
  const before = message.changedAt ?? message.createdAt;
  const changedAt = new Date(Math.max(now.getTime(), before.getTime() + 1));
  const appliedChanges = [...message.appliedChanges, requestId].slice(-rememberedChanges);
  if (change === 'delete')
    return { content: '', editedAt: message.editedAt, deletedAt: changedAt, changedAt, appliedChanges };
  return { content, editedAt: changedAt, deletedAt: null, changedAt, appliedChanges };
}
