import type { AppError } from '@hallway/platform';
import type { RoomsRepository } from '../rooms/rooms.repository.ts';
import type { AdmitCommands, Submitted } from './admit-commands.ts';
import type { StoredMessage } from './message-record.ts';
import { findReuse, type Repeat, type SplitRepeats, type SplitSends, sendKeyOf } from './split-repeats.ts';
import type { StoredSend, StoreMessages } from './store-messages.ts';

/** What became of one submitted send. */
export type Outcome = Submitted &
  ({ status: 'stored' | 'repeated'; message: StoredMessage } | { status: 'refused'; error: AppError });

/** Tells everybody of messages that are stored, and moves the marks of their senders. */
export type Announce = (outcomes: Outcome[]) => Promise<void>;

export interface CommitDeps {
  splitRepeats: SplitRepeats;
  admitCommands: AdmitCommands;
  storeMessages: StoreMessages;
  rooms: RoomsRepository;
  announce: Announce;
}

/**
 * Stores a batch of sends and announces them. The outcomes are in the order of `submitted`.
 * Order: the messages of a room keep the order of `submitted`. Atomic per message, not per batch.
 * Running it again with the same sends, marked as redelivered, stores nothing new and announces the same messages.
 * Rejects when a store is away: then nothing is known, and the batch has to be run again.
 */
export function createCommitMessages({ splitRepeats, admitCommands, storeMessages, rooms, announce }: CommitDeps) {
  return async function commitMessages(submitted: Submitted[]): Promise<Outcome[]> {
    const split = await splitRepeats(submitted);
    const { admitted, refused } = await admitCommands(split.fresh);
    const { stored, repeats } = await storeMessages(admitted);
    await rooms.advanceHeads(toHeads([...stored, ...split.repeats, ...repeats]));
    const first = [
      ...stored.map(toStoredOutcome),
      ...[...split.repeats, ...repeats].map(toRepeatOutcome),
      ...refused.map((send): Outcome => ({ ...send, status: 'refused' })),
    ];
    const outcomes = inOrder(submitted, [...first, ...toFollowerOutcomes(split, first)]);
    await announce(outcomes);
    return outcomes;
  };
}

export type CommitMessages = ReturnType<typeof createCommitMessages>;

function toStoredOutcome({ command, redelivered, message }: StoredSend): Outcome {
  return { command, redelivered, status: 'stored', message };
}

function toRepeatOutcome({ command, redelivered, message }: Repeat): Outcome {
  const error = findReuse({ command, redelivered }, message);
  return error
    ? { command, redelivered, status: 'refused', error }
    : { command, redelivered, status: 'repeated', message };
}

function toFollowerOutcomes({ followers }: SplitSends, first: Outcome[]): Outcome[] {
  const byKey = new Map(first.map((outcome) => [sendKeyOf(outcome), outcome]));
  return followers.flatMap((follower): Outcome[] => {
    const leader = byKey.get(sendKeyOf(follower));
    if (!leader) return [];
    if (leader.status === 'refused') return [{ ...follower, status: 'refused', error: leader.error }];
    return [toRepeatOutcome({ ...follower, message: leader.message })];
  });
}

function inOrder(submitted: Submitted[], outcomes: Outcome[]): Outcome[] {
  const byRequest = new Map(outcomes.map((outcome) => [outcome.command.requestId, outcome]));
  return submitted.flatMap(({ command }) => byRequest.get(command.requestId) ?? []);
}

function toHeads(sends: { message: StoredMessage }[]) {
  const byRoom = Map.groupBy(sends, ({ message }) => message.roomId);
  return [...byRoom].map(([roomId, group]) => {
    const last = group.reduce((a, b) => (a.message.seq > b.message.seq ? a : b)).message;
    return { roomId, lastSeq: last.seq, lastMessageAt: last.createdAt };
  });
}
