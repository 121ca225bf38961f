import { AppError } from '@hallway/platform';
import type { Submitted } from './admit-commands.ts';
import { type StoredMessage, toFingerprint } from './message-record.ts';
import type { MessagesRepository, SendKey } from './messages.repository.ts';

/** A send that was stored before. */
export interface Repeat extends Submitted {
  message: StoredMessage;
}

export interface SplitSends {
  /** Never stored as far as anybody knows, each key once. */
  fresh: Submitted[];
  repeats: Repeat[];
  /** Later sends of a batch with the key of an earlier one: they share what becomes of it. */
  followers: Submitted[];
}

/** The key of a send, as text. */
export function toSendKey({ roomId, senderId, clientMessageId }: SendKey): string {
  return `${roomId}:${senderId}:${clientMessageId}`;
}

export function sendKeyOf({ command }: Submitted): string {
  return toSendKey({ ...command, roomId: command.chatRoomId });
}

/** Tells sends that were stored before from fresh ones, before any gets a number. */
export function createSplitRepeats({ messages }: { messages: MessagesRepository }) {
  return async function splitRepeats(submitted: Submitted[]): Promise<SplitSends> {
    const doubtful = submitted.filter(({ command, redelivered }) => redelivered || command.mayBeRepeat);
    const keys = doubtful.map(({ command }) => ({ ...command, roomId: command.chatRoomId }));
    const stored = new Map((await messages.findBySendKeys(keys)).map((message) => [toSendKey(message), message]));
    const split: SplitSends = { fresh: [], repeats: [], followers: [] };
    const seen = new Set<string>();
    for (const send of submitted) {
      const key = sendKeyOf(send);
      const message = stored.get(key);
      if (message) split.repeats.push({ ...send, message });
      else if (seen.has(key)) split.followers.push(send);
      else split.fresh.push(send);
      seen.add(key);
    }
    return split;
  };
}

export type SplitRepeats = ReturnType<typeof createSplitRepeats>;

/** The refusal of a repeat that says something else than the message it repeats, or null. */
export function findReuse({ command }: Submitted, message: StoredMessage): AppError | null {
  if (toFingerprint(command) === message.fingerprint) return null;
  return new AppError({ code: 'CLIENT_MESSAGE_ID_REUSED', internal: 'the same id with other content' });
}
