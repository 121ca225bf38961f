import { randomUUID } from 'node:crypto';
import { type ChangeCommand, limits, type RoomCommand, type SendCommand, type SendOutcome } from '@hallway/contracts';
import { AppError } from '@hallway/platform';
import { Type } from 'typebox';
import type { ExpectOptions, PendingAnswers } from './answers.ts';
import { partitionOf } from './names.ts';

/** A client waits for each send: longer, and it asks again with the same `clientMessageId` anyway. */
const outcomeWithinMs = 6000;

export interface SendDoorOptions {
  appendCommand: (command: RoomCommand) => Promise<void>;
  pending: PendingAnswers;
  instance: string;
  answer: SendCommand['answer'];
}

export type Submission = Omit<
  SendCommand,
  'requestId' | 'origin' | 'answer' | 'submittedAt' | 'clientMessageId' | 'mayBeRepeat'
> & {
  clientMessageId?: string | undefined;
};

/**
 * Submits a send and waits for what became of it. Every door uses this: there is one way for a message.
 * Rejects with the refusal, with `TEMPORARILY_UNAVAILABLE` when nothing was accepted, or with `OUTCOME_UNKNOWN`.
 */
export function createSendDoor({ appendCommand, pending, instance, answer }: SendDoorOptions) {
  return async function submitSend(submission: Submission): Promise<SendOutcome> {
    const requestId = randomUUID();
    const outcome = pending.expect(requestId, expectOutcome(submission.chatRoomId));
    // The rejection is the caller's, through the await below; a failed append must not leave it unheard.
    outcome.catch(() => undefined);
    try {
      await appendCommand({
        ...submission,
        requestId,
        origin: instance,
        answer,
        clientMessageId: submission.clientMessageId ?? randomUUID(),
        mayBeRepeat: submission.clientMessageId !== undefined,
        submittedAt: new Date().toISOString(),
      });
    } catch (error) {
      pending.forget(requestId);
      throw error;
    }
    return (await outcome) as SendOutcome;
  };
}

export type SubmitSend = ReturnType<typeof createSendDoor>;

export type ChangeSubmission = Omit<ChangeCommand, 'requestId' | 'origin' | 'submittedAt'>;

/**
 * Submits an edit or a delete and waits for the message as it is then, with the same rejections as a send. Submitting the same
 * once more is another change with the same end.
 */
export function createChangeDoor({ appendCommand, pending, instance }: Omit<SendDoorOptions, 'answer'>) {
  return async function submitChange(submission: ChangeSubmission): Promise<SendOutcome> {
    const requestId = randomUUID();
    const outcome = pending.expect(requestId, expectOutcome(submission.chatRoomId));
    outcome.catch(() => undefined);
    try {
      await appendCommand({ ...submission, requestId, origin: instance, submittedAt: new Date().toISOString() });
    } catch (error) {
      pending.forget(requestId);
      throw error;
    }
    return (await outcome) as SendOutcome;
  };
}

export type SubmitChange = ReturnType<typeof createChangeDoor>;

function expectOutcome(chatRoomId: string): ExpectOptions {
  return { withinMs: outcomeWithinMs, onTimeout: outcomeUnknown, partition: partitionOf(chatRoomId) };
}

// What was lost with Redis was lost because Redis is back: asking again at once costs nobody anything.
const lostRetryMs = 300;
const lateRetryMs = 1000;

function outcomeUnknown(doubted: boolean): AppError {
  const retryAfterMs = doubted ? lostRetryMs : lateRetryMs;
  return new AppError({ code: 'OUTCOME_UNKNOWN', internal: 'nobody said what became of a send', retryAfterMs });
}

/** How fast one person may send; read by every service with a door for sends, so that the doors agree. */
export const sendLimitsConfig = {
  SEND_BURST: Type.Integer({
    minimum: 1,
    maximum: limits.sendBurst,
    default: limits.sendBurst,
    description: 'sends of one person at once: an outbox that empties after a tunnel',
  }),
  SENDS_PER_SECOND: Type.Integer({
    minimum: 1,
    maximum: limits.sendsPerSecond,
    default: limits.sendsPerSecond,
    description: 'sends of one person a second, in the long run: more than anybody types',
  }),
} as const;
