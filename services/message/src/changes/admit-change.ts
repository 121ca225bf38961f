import type { ChangeCommand } from '@hallway/contracts';
import { AppError } from '@hallway/platform';
import type { PolicySettings } from '@hallway/policy';
import type { StoredMessage } from '../messages/message-record.ts';
import type { MessagesRepository } from '../messages/messages.repository.ts';
import { findPairRefusal } from '../policy/check-pair.ts';
import type { FindPeopleFacts } from '../policy/people-facts.ts';
import { type AccessibleRoom, hiddenUpTo } from '../rooms/access-room.ts';
import type { FindStanding } from '../rooms/find-standing.ts';
import { findChangeRefusal } from '../rooms/room-rules.ts';
import { otherOf } from '../rooms/rooms.repository.ts';

export interface AdmitChangeDeps {
  messages: MessagesRepository;
  findStanding: FindStanding;
  findPeopleFacts: FindPeopleFacts;
  settings: PolicySettings;
}

export type WantedChange = Pick<ChangeCommand, 'change' | 'callerId' | 'messageId'> & { chatRoomId?: string };

/**
 * The message of a change and its room, if the caller may change it. Throws NOT_FOUND for a message that is not there for the
 * caller, FORBIDDEN for one that is not theirs to change, MESSAGING_NOT_ALLOWED where nothing may be written any more. An edit
 * brings new words to people, so that it asks what a send asks.
 */
export function createAdmitChange(deps: AdmitChangeDeps) {
  const { messages, findStanding } = deps;
  return async function admitChange(wanted: WantedChange): Promise<{ room: AccessibleRoom; message: StoredMessage }> {
    const { change, callerId } = wanted;
    const message = await findMessage(messages, wanted);
    const standing = await findStanding(message.roomId, callerId);
    if (message.seq <= hiddenUpTo(standing.room)) throw notFound('the message is older than the membership');
    const refusal = findChangeRefusal(standing, change, message);
    if (refusal) throw refusal;
    if (change === 'edit') await checkEdit(deps, { room: standing.room, message, callerId });
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

interface Edit {
  room: AccessibleRoom;
  message: StoredMessage;
  callerId: string;
}

async function checkEdit({ findPeopleFacts, settings }: AdmitChangeDeps, { room, message, callerId }: Edit) {
  if (message.deletedAt !== null) throw notFound('the message is deleted');
  const otherId = otherOf(room, callerId);
  if (otherId === null) return;
  const people = await findPeopleFacts([callerId, otherId]);
  const caller = people.get(callerId);
  const refusal = caller
    ? findPairRefusal(caller, people.get(otherId), settings)
    : notFound('the caller does not exist');
  if (refusal) throw refusal;
}

function notFound(internal: string): AppError {
  return new AppError({ code: 'NOT_FOUND', internal });
}
