import { type AppError, isStoreAway } from '@hallway/platform';
import type { AdmitCommands, Submitted } from './admit-commands.ts';
import type { AdvanceHeads } from './advance-heads.ts';
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
  advanceHeads: AdvanceHeads;
  announce: Announce;
}

/** Deciding about a batch failed by a fault of ours; nothing of it was stored. */
export class UndecidedBatch extends Error {
  constructor(cause: unknown) {
    super('a batch could not be decided', { cause });
    this.name = 'UndecidedBatch';
  }
}

/**
 * Stores a batch of sends and announces them. The outcomes are in the order of `submitted`.
 * Order: the messages of a room keep the order of `submitted`. Atomic per message, not per batch.
 * Running it again with the same sends, marked as redelivered, stores nothing new and announces the same messages.
 * Rejects with `UndecidedBatch` when nothing was stored and trying again cannot help; any other rejection leaves open what
 * is stored, and the batch has to be run again.
 */
export function createCommitMessages(deps: CommitDeps) {
  const { storeMessages, advanceHeads, announce } = deps;

  async function commitMessages(submitted: Submitted[]): Promise<Outcome[]> {
    const { split, admitted, refused } = await decide(deps, submitted);
    const { stored, repeats } = await storeMessages(admitted);
    const known = [...split.repeats, ...repeats];
    await advanceHeads([...stored, ...known].map(({ message }) => message));
    const first = [
      ...stored.map(toStoredOutcome),
      ...known.map(toRepeatOutcome),
      ...refused.map((send): Outcome => ({ ...send, status: 'refused' })),
    ];
    await announce(first);
    const { shared, orphans } = followLeaders(split.followers, first);
    const later = orphans.length > 0 ? await commitMessages(orphans) : [];
    return inOrder(submitted, [...first, ...shared, ...later]);
  }

  return commitMessages;
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

/** What happens before anything is stored: repeats are told from fresh sends, and fresh ones are admitted or refused. */
async function decide({ splitRepeats, admitCommands }: CommitDeps, submitted: Submitted[]) {
  try {
    const split = await splitRepeats(submitted);
    return { split, ...(await admitCommands(split.fresh)) };
  } catch (error) {
    if (isStoreAway(error)) throw error;
    throw new UndecidedBatch(error);
  }
}

/** Later sends with the key of an earlier one share what is stored; where that one was refused they stand on their own. */
function followLeaders(followers: SplitSends['followers'], first: Outcome[]) {
  const byKey = new Map(first.map((outcome) => [sendKeyOf(outcome), outcome]));
  const shared: Outcome[] = [];
  const orphans: Submitted[] = [];
  for (const follower of followers) {
    const leader = byKey.get(sendKeyOf(follower));
    if (leader && leader.status !== 'refused') shared.push(toRepeatOutcome({ ...follower, message: leader.message }));
    else orphans.push(follower);
  }
  return { shared, orphans };
}

function inOrder(submitted: Submitted[], outcomes: Outcome[]): Outcome[] {
  const byRequest = new Map(outcomes.map((outcome) => [outcome.command.requestId, outcome]));
  return submitted.flatMap(({ command }) => byRequest.get(command.requestId) ?? []);
}
