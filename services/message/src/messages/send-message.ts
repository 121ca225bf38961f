import { randomUUID } from 'node:crypto';
import { type AckSeconds, type SharedBuckets, type Submission, type SubmitSend, toAckResult } from '@hallway/bus';
import { findContentProblem, type SendCommand, type SendOutcome } from '@hallway/contracts';
import {
  AppError,
  isStoreAway,
  type TokenBuckets,
  type Tracing,
  toAppError,
  validationFailed,
} from '@hallway/platform';
import type { CommitInTurn } from './commit-queue.ts';
import type { DescribeMessages } from './describe-messages.ts';

export interface SendMessageDeps {
  submitSend: SubmitSend;
  /** Commits without the command stream and announces where it can. */
  commitInTurn: CommitInTurn;
  describeMessages: DescribeMessages;
  isRedisAway: () => boolean;
  /** How fast one person may send through this process. */
  buckets: TokenBuckets;
  /** The same limit over all processes; while Redis is away this process's own buckets decide alone. */
  sharedBuckets: SharedBuckets;
  ackSeconds: AckSeconds;
  tracing: Tracing;
}

export interface Send extends Submission {
  /** Where the words stood in what the client sent, for telling what is wrong with them. */
  contentPath: string;
}

/**
 * Sends a message through the one write path: the command stream of its room, or, while Redis is away, the same use case
 * at once. Rejects with the refusal, `RATE_LIMITED`, `TEMPORARILY_UNAVAILABLE` or `OUTCOME_UNKNOWN`.
 */
export function createSendMessage(deps: SendMessageDeps) {
  const { submitSend, commitInTurn, describeMessages, isRedisAway, buckets } = deps;

  async function sendDirectly(submission: Submission): Promise<SendOutcome> {
    const outcome = await commitInTurn({ command: toCommand(submission), redelivered: false }).catch(sayUnknown);
    if (outcome.status === 'refused') throw outcome.error;
    const [message] = await describeMessages([outcome.message]);
    if (!message) throw new AppError({ code: 'INTERNAL', internal: 'a stored message could not be described' });
    return { message, duplicate: outcome.status === 'repeated' };
  }

  async function submit({ contentPath, ...submission }: Send): Promise<SendOutcome> {
    const problem = findContentProblem(submission.content);
    if (problem) throw validationFailed([{ path: contentPath, message: problem }]);
    if (submission.messageType !== 'text')
      throw validationFailed([{ path: '/messageType', message: 'needs attachments' }]);
    const waitMs = buckets.take(submission.senderId) || (await deps.sharedBuckets.take(submission.senderId));
    if (waitMs > 0) throw new AppError({ code: 'RATE_LIMITED', retryAfterMs: waitMs });
    return isRedisAway() ? sendDirectly(submission) : submitSend(submission);
  }

  return function sendMessage(send: Send): Promise<SendOutcome> {
    return measureSend(deps, send, submit);
  };
}

/** Measures a send and gives it its trace, whatever becomes of it. What came as `traceparent` is where the trace goes on. */
async function measureSend(
  { ackSeconds, tracing }: SendMessageDeps,
  { traceparent, ...send }: Send,
  submit: (send: Send) => Promise<SendOutcome>,
): Promise<SendOutcome> {
  const observeAck = ackSeconds.startTimer({ door: 'http' });
  const span = tracing.enter('send message', { clientMessageId: send.clientMessageId, traceparent });
  try {
    const outcome = await submit(span.traceparent === null ? send : { ...send, traceparent: span.traceparent });
    observeAck({ result: 'ok' });
    span.end({ attributes: { duplicate: outcome.duplicate } });
    return outcome;
  } catch (error) {
    const { code } = toAppError(error);
    observeAck({ result: toAckResult(code) });
    span.end({ error: code });
    throw error;
  }
}

export type SendMessage = ReturnType<typeof createSendMessage>;

function toCommand(submission: Submission): SendCommand {
  return {
    ...submission,
    requestId: randomUUID(),
    origin: 'direct',
    answer: 'reply',
    clientMessageId: submission.clientMessageId ?? randomUUID(),
    mayBeRepeat: submission.clientMessageId !== undefined,
    submittedAt: new Date().toISOString(),
  };
}

/** The store went away at an unknown point: perhaps before the insert, perhaps after it. */
function sayUnknown(error: unknown): never {
  if (!isStoreAway(error)) throw error;
  throw new AppError({ code: 'OUTCOME_UNKNOWN', internal: 'the store went away', retryAfterMs: 2000, cause: error });
}
