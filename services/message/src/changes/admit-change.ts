import type { ChangeCommand } from '@hallway/contracts';
import { AppError } from '@hallway/platform';
import type { StoredMessage } from '../messages/message-record.ts';
import type { MessagesRepository } from '../messages/messages.repository.ts';
import { type AccessibleRoom, hiddenUpTo } from '../rooms/accessible-room.ts';
import type { FindRefusalNow } from '../rooms/find-refusal-now.ts';
import type { FindStanding } from '../rooms/find-standing.ts';
import { findChangeRefusal } from '../rooms/room-rules.ts';

export interface AdmitChangeDeps {
  messages: MessagesRepository;
  findStanding: FindStanding;
  findRefusalNow: FindRefusalNow;
}

export type WantedChange = Pick<ChangeCommand, 'change' | 'callerId' | 'messageId'> & { chatRoomId?: string };

/**
 * The message of a change and its room, if the caller may change it. Throws NOT_FOUND for a message that is not there for the
 * caller, FORBIDDEN for one that is not theirs to change, MESSAGING_NOT_ALLOWED where nothing may be written any more. An edit
 * brings new words to people, so that it asks what a send asks.
 */
export function createAdmitChange({ messages, findStanding, findRefusalNow }: AdmitChangeDeps) {
  return async function admitChange(wanted: WantedChange): Promise<{ room: AccessibleRoom; message: StoredMessage }> {
    const { change, callerId } = wanted;
    const message = await findMessage(messages, wanted);
    const standing = await findStanding(message.roomId, callerId);
    if (message.seq <= hiddenUpTo(standing.room)) throw notFound('the message is older than the membership');
    const refusal = findChangeRefusal(standing, change, message);
    if (refusal) throw refusal;
    if (change === 'edit') {
      if (message.deletedAt !== null) throw notFound('the message is deleted');
      const refusedNow = await findRefusalNow(standing);
      if (refusedNow) throw refusedNow;
    }
    return { room: standing.room, message };
  };
}

export type AdmitChange = ReturnType<typeof createAdmitChange>;

async function findMessage(
  messages: MessagesRepository,
  { messageId, chatRoomId }: WantedChange,
): Promise<StoredMessage> {
  const [message] = await messages.findByIds([messageId]);
  const isThere = message && !message.isVoid && (chatRoomId ?? message.roomId) === message.roomId;
  if (!isThere) throw notFound('no such message');
  return message;
}

function notFound(internal: string): AppError {
  return new AppError({ code: 'NOT_FOUND', internal });
}
