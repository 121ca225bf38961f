import type { ChatRoom, WriteRefusal } from '@hallway/contracts';

/**
 * The server's sentence with the name in it: a refusal does not say names, because the server must not tell whom it knows.
 * Other sentences stay as they are.
 */
export function withName(explanation: string, name: string | null): string {
  const named = name === null ? explanation : explanation.replace('message this person:', `message ${name}:`);
  return named.replaceAll("'", '’');
}

function inRoomOfMany({ type }: Pick<ChatRoom, 'type'>, { reason, explanation }: WriteRefusal): string {
  if (reason === 'READ_ONLY')
    return 'This course has ended: everything here stays readable, and nobody writes any more.';
  if (reason === 'NOT_A_WRITER' && type === 'announcement') {
    return 'These are announcements: owners and staff write, everybody else reads.';
  }
  if (reason === 'NOT_A_WRITER') return 'You observe this course, so you read along here without writing.';
  return withName(explanation, null);
}

/**
 * Why nothing can be written in a room, in one sentence, in place of the field to write in.
 * @param name the other person of a direct room; null in rooms of many
 */
export function cannotWriteWords(room: Pick<ChatRoom, 'type'>, refusal: WriteRefusal, name: string | null): string {
  if (room.type !== 'direct') return inRoomOfMany(room, refusal);
  const whom = name ?? 'this person';
  switch (refusal.reason) {
    case null:
      return name === null
        ? 'This account is closed: what was written stays readable.'
        : `${name} no longer has an account here: what was written stays readable.`;
    case 'BLOCKED':
      return `You blocked ${whom}: neither of you can write here until you unblock them.`;
    case 'READ_ONLY':
      return `You can’t message ${whom} any more: the course you shared has ended. What was written stays readable.`;
    default:
      return withName(refusal.explanation, name);
  }
}
