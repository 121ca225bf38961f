import type { CommandEntry, CommandReader, PendingAnswers, PublishAnswers } from '@hallway/bus';
import { toFault } from '@hallway/bus';
import { type Answer, isChange, type SendCommand } from '@hallway/contracts';
import { AppError, type Log, type Tracing } from '@hallway/platform';
import type { ApplyChanges, ChangeOutcome } from '../changes/apply-changes.ts';
import { type CommitMessages, type Outcome, UndecidedBatch } from '../messages/commit-messages.ts';
import type { DescribeMessages } from '../messages/describe-messages.ts';
import { traceCommits } from './trace-commits.ts';

export interface CommitBatchDeps {
  commitMessages: CommitMessages;
  /** Applies edits and deletes, in their order. */
  applyChanges: ApplyChanges;
  describeMessages: DescribeMessages;
  reader: CommandReader;
  publishAnswers: PublishAnswers;
  /** Requests of this very process, which need no way through Redis. */
  pending: PendingAnswers;
  instance: string;
  tracing: Tracing;
  log: Log;
  onCommitted: (batch: { messages: number; seconds: number }) => void;
}

/**
 * Commits what was read from the command streams, answers whoever waits, then acknowledges the commands. In this order: a
 * crash before the last step brings them back, and committing them again is harmless.
 */
export function createCommitBatch(deps: CommitBatchDeps) {
  const { commitMessages, applyChanges, reader, tracing, log, onCommitted } = deps;

  async function commitAndAnswer(sends: CommandEntry<SendCommand>[]): Promise<Outcome[]> {
    const outcomes = await commitMessages(sends);
    await answer(deps, outcomes);
    return outcomes;
  }

  /** Sends first: who changes a message has seen it, so that no change can come before its message. */
  async function commit(entries: CommandEntry[]): Promise<void> {
    const sends = entries.filter(isSend);
    if (sends.length > 0) await traceCommits(tracing, sends, commitAndAnswer);
    answerChanges(deps, await applyChanges(entries.map(({ command }) => command).filter(isChange)));
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
        const { requestId, traceparent } = entry.command;
        log.error({ err: error, requestId, traceId: traceparent?.slice(3, 35) }, 'a command could not be decided');
        await answer(deps, [entry].filter(isSend).map(toUndecided));
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
async function answer(deps: CommitBatchDeps, outcomes: Outcome[]) {
  const { describeMessages } = deps;
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
    handOver(deps, origin, answers);
  }
}

function answerChanges(deps: CommitBatchDeps, outcomes: ChangeOutcome[]): void {
  for (const outcome of outcomes) {
    const { requestId, origin } = outcome.command;
    const answer: Answer =
      outcome.status === 'refused'
        ? { requestId, ok: false, fault: toFault(outcome.error) }
        : { requestId, ok: true, value: { message: outcome.message, duplicate: false } };
    handOver(deps, origin, [answer]);
  }
}

function handOver({ publishAnswers, pending, instance }: CommitBatchDeps, origin: string, answers: Answer[]): void {
  if (origin === instance) for (const each of answers) pending.settle(each);
  else publishAnswers(origin, answers);
}

function toUndecided(entry: CommandEntry<SendCommand>): Outcome {
  return { ...entry, status: 'refused', error: new AppError({ code: 'INTERNAL' }) };
}

function isSend(entry: CommandEntry): entry is CommandEntry<SendCommand> {
  return !isChange(entry.command);
}

function isAnsweredByEvent({ status, command, redelivered }: Outcome): boolean {
  if (command.answer !== 'event' || status === 'refused') return false;
  return status === 'stored' || redelivered;
}
