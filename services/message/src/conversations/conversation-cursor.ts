import { validationFailed } from '@hallway/platform';

/** Where a page of conversations ended: the time of the last one's activity in ms, and its room for those of one time. */
export interface ConversationCursor {
  at: number;
  roomId: string;
}

export function toCursorText({ at, roomId }: ConversationCursor): string {
  return Buffer.from(`${at}.${roomId}`).toString('base64url');
}

/** Throws VALIDATION_FAILED for a text that no answer ever held. */
export function readCursor(text: string): ConversationCursor {
  const match = /^(\d{1,15})\.([0-9a-f]{24})$/.exec(Buffer.from(text, 'base64url').toString());
  if (!match) throw validationFailed([{ path: '/cursor', message: 'is not a cursor of this list' }]);
  return { at: Number(match[1]), roomId: match[2] ?? '' };
}

/** Latest first; rooms of one moment by id, so that the order is the same on every page. */
export function compareActivity(a: ConversationCursor, b: ConversationCursor): number {
  return b.at - a.at || (a.roomId < b.roomId ? -1 : Number(a.roomId > b.roomId));
}
