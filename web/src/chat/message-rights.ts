import type { TimelineMessage } from '@hallway/client';

/** What I may do in a room, as far as it concerns messages that are there. */
export interface RoomRights {
  canWrite: boolean;
  canModerate: boolean;
  /** The course of a room of many is over: even one's own messages stay. */
  readOnly: boolean;
}

export type MessageAction = 'copy' | 'edit' | 'delete';

/** What I can do with a message now; nothing with one that is deleted or has not been stored yet. */
export function findMessageActions(message: TimelineMessage, rights: RoomRights): MessageAction[] {
  const { stored, mine, messageType } = message;
  if (stored === null || stored.deletedAt !== undefined || messageType === 'system') return [];
  const actions: MessageAction[] = message.content === '' ? [] : ['copy'];
  if (mine && rights.canWrite && messageType === 'text') actions.push('edit');
  if (rights.canModerate || (mine && !rights.readOnly)) actions.push('delete');
  return actions;
}

/** My newest message that can still be edited: what arrow up means in an empty field. */
export function findLastEditable(messages: readonly TimelineMessage[], rights: RoomRights): TimelineMessage | null {
  return messages.findLast((message) => findMessageActions(message, rights).includes('edit')) ?? null;
}
