import type { CommandEntry, CommandReader, PendingAnswers, PublishAnswers } from '@hallway/bus';
import { toFault } from '@hallway/bus';
import type { Answer } from '@hallway/contracts';
import { AppError, type Log } from '@hallway/platform';
import { type CommitMessages, type Outcome, UndecidedBatch } from '../messages/commit-messages.ts';
import type { DescribeMessages } from '../messages/describe-messages.ts';

export interface CommitBatchDeps {
  commitMessages: CommitMessages;
  describeMessages: DescribeMessages;
  reader: CommandReader;
  publishAnswers: PublishAnswers;
  /** Requests of this very process, which need no way through Redis. */
  pending: PendingAnswers;
  instance: string;
  log: Log;
  onCommitted: (batch: { messages: number; seconds: number }) => void;
}

/**
 * Commits what was read from the command streams, answers whoever waits, then acknowledges the commands. In this order: a
 * crash before the last step brings them back, and committing them again is harmless.
 */
export function createCommitBatch(deps: CommitBatchDeps) {
  const { commitMessages, reader, log, onCommitted } = deps;

  async function commit(entries: CommandEntry[]): Promise<void> {
    const outcomes = await commitMessages(entries);
    await answer(deps, outcomes);
    await reader.done(entries);
  }

  /** One command that trips over a fault of ours must not stop the others, nor come back for ever. */
  async function commitOneByOne(entries: CommandEntry[]): Promise<void> {
    for (const entry of entries) {
      try {
        await commit([entry]);
      } catch (error) {
        // Nothing of it is stored, so that it may be dropped. After any other failure it has to be run again.
        if (!(error instanceof UndecidedBatch)) throw error;
        log.error({ err: error, requestId: entry.command.requestId }, 'a command could not be decided');
        await answer(deps, [{ ...entry, status: 'refused', error: new AppError({ code: 'INTERNAL' }) }]);
        await reader.done([entry]);
      }
    }
  }

  return async function commitBatch(entries: CommandEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const startedAt = performance.now();
    try {
      await commit(entries);
    } catch (error) {
      if (!(error instanceof UndecidedBatch)) throw error;
      log.error({ err: error, commands: entries.length }, 'a batch could not be decided');
      await commitOneByOne(entries);
    }
    onCommitted({ messages: entries.length, seconds: (performance.now() - startedAt) / 1000 });
  };
}

/** Answers everybody who does not find the result on the event stream. */
async function answer({ describeMessages, publishAnswers, pending, instance }: CommitBatchDeps, outcomes: Outcome[]) {
  const due = outcomes.filter((outcome) => !isAnsweredByEvent(outcome));
  const stored = due.flatMap((outcome) => (outcome.status === 'refused' ? [] : [outcome.message]));
  const described = new Map((await describeMessages(stored)).map((message) => [message.id, message]));
  for (const [origin, group] of Map.groupBy(due, ({ command }) => command.origin)) {
    const answers = group.map((outcome): Answer => {
      const { requestId } = outcome.command;
      if (outcome.status === 'refused') return { requestId, ok: false, fault: toFault(outcome.error) };
      const message = described.get(outcome.message.id);
      return {
        requestId,
        ok: true,
        value: { message, duplicate: outcome.status === 'repeated' && !outcome.redelivered },
      };
    });
    if (origin === instance) for (const each of answers) pending.settle(each);
    else publishAnswers(origin, answers);
  }
}

function isAnsweredByEvent({ status, command, redelivered }: Outcome): boolean {
  if (command.answer !== 'event' || status === 'refused') return false;
  return status === 'stored' || redelivered;
}
