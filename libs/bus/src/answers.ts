import type { Answer } from '@hallway/contracts';
import { AppError, isStoreAway, type Log } from '@hallway/platform';
import type { Redis } from 'ioredis';
import { allPartitions, type BusNames } from './names.ts';

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
  giveUp: (doubted: boolean) => void;
  /** Where a command waits; null for a question. */
  partition: number | null;
  /** Puts a question again; null for a command, and for a question that was put twice. */
  putAgain: (() => void) | null;
  deadline: number;
}

export interface ExpectOptions {
  withinMs: number;
  /** `doubted`: it was given up early, see `doubt`. */
  onTimeout: (doubted: boolean) => AppError;
  /** The partition of a command, so that it can be doubted. */
  partition?: number;
  /** How to put a question again, see `putQuestionsAgain`. */
  putAgain?: () => void;
}

// Each is a person's open request; far more than one process can have in flight, and a bound all the same.
const waitingLimit = 50_000;

/** Requests of this process that wait for an answer from elsewhere. */
export function createPendingAnswers() {
  const waiting = new Map<string, Waiting>();

  function take(requestId: string): Waiting | undefined {
    const waiter = waiting.get(requestId);
    waiting.delete(requestId);
    clearTimeout(waiter?.timer);
    return waiter;
  }

  return {
    /** Resolves with the answer's value, rejects with its fault, or with `onTimeout()` after `withinMs`. */
    expect(requestId: string, { withinMs, onTimeout, partition, putAgain }: ExpectOptions): Promise<unknown> {
      if (waiting.size >= waitingLimit) {
        return Promise.reject(
          new AppError({ code: 'TEMPORARILY_UNAVAILABLE', internal: 'too many requests wait', retryAfterMs: 2000 }),
        );
      }
      return new Promise((resolve, reject) => {
        const giveUp = (doubted: boolean) => {
          waiting.delete(requestId);
          reject(onTimeout(doubted));
        };
        const timer = setTimeout(giveUp, withinMs, false);
        const deadline = performance.now() + withinMs;
        const how = { partition: partition ?? null, putAgain: putAgain ?? null };
        waiting.set(requestId, { resolve, reject, timer, giveUp, deadline, ...how });
      });
    },
    /** Commands of these partitions, or what became of them, may be lost: none of them is waited for longer than this. */
    doubt(partitions: readonly number[], withinMs: number): void {
      const latest = performance.now() + withinMs;
      for (const waiter of waiting.values()) {
        if (waiter.partition === null || waiter.deadline <= latest || !partitions.includes(waiter.partition)) continue;
        clearTimeout(waiter.timer);
        waiter.timer = setTimeout(waiter.giveUp, withinMs, true);
        waiter.deadline = latest;
      }
    },
    /** Answers to what was asked before may be lost: each question that is still open after this is put once more. */
    putQuestionsAgain(afterMs: number): void {
      for (const [requestId, waiter] of waiting) {
        const { putAgain } = waiter;
        if (putAgain === null) continue;
        waiter.putAgain = null;
        setTimeout(() => {
          if (waiting.get(requestId) === waiter) putAgain();
        }, afterMs);
      }
    },
    /** Hands over an answer. One that nobody waits for any more is dropped. */
    settle(answer: Answer): void {
      const waiter = take(answer.requestId);
      if (answer.ok) waiter?.resolve(answer.value);
      else waiter?.reject(new AppError(answer.fault));
    },
    /** Gives up waiting, for a request that could not even be sent. */
    forget: (requestId: string): void => void take(requestId),
  };
}

export type PendingAnswers = ReturnType<typeof createPendingAnswers>;

/**
 * What one message to another process may weigh. Redis and both processes hold it whole, and Redis cuts subscribers off that
 * have 32 MB waiting.
 */
const replyBytes = 8 * 1024 * 1024;

// An answer that was ready when Redis went is sent when it is back. After this whoever waits for it has asked again.
const resendEveryMs = 100;
const resendTimes = 10;

/**
 * Sends answers to the process that asked; one over 8 MB is replaced by a fault. While Redis is away it tries for a second.
 * Best effort: an answer that is lost shows as a timeout there. Never throws.
 */
export function createReplyPublisher({ redis, names, log }: { redis: Redis; names: BusNames; log: Log }) {
  function publish(instance: string, text: string, timesLeft: number): void {
    redis.publish(names.replies(instance), text).catch((error) => {
      if (timesLeft === 0 || !isStoreAway(error))
        return log.warn({ err: error, instance }, 'answers could not be sent');
      setTimeout(publish, resendEveryMs, instance, text, timesLeft - 1);
    });
  }

  return function publishAnswers(instance: string, answers: Answer[]): void {
    if (answers.length === 0) return;
    for (const text of toReplyTexts(answers, log)) publish(instance, text, resendTimes);
  };
}

/** All answers in one text where that is within the bound, otherwise each in its own. */
function toReplyTexts(answers: Answer[], log: Log): string[] {
  const text = textWithin(answers);
  if (text !== null) return [text];
  const [first, ...others] = answers;
  if (first && others.length === 0) {
    log.error({ requestId: first.requestId, limit: replyBytes }, 'an answer is too large to be sent');
    return [JSON.stringify([{ requestId: first.requestId, ok: false, fault: { code: 'INTERNAL' } } satisfies Answer])];
  }
  return answers.flatMap((answer) => toReplyTexts([answer], log));
}

/** Null when it is over the bound, or so large that it cannot even be written. */
function textWithin(answers: Answer[]): string | null {
  try {
    const text = JSON.stringify(answers);
    return Buffer.byteLength(text) <= replyBytes ? text : null;
  } catch {
    return null;
  }
}

export type PublishAnswers = ReturnType<typeof createReplyPublisher>;

/**
 * A command that was lost with Redis, or whose answer was, is never answered. Whoever sent it asks again after this instead of
 * the whole time that an answer is waited for; one that is only late is known by its id.
 */
export const lostOutcomeMs = 1000;

export interface ReplyListenerOptions {
  /** A connection in subscriber mode. */
  subscriber: Redis;
  names: BusNames;
  instance: string;
  pending: PendingAnswers;
  log: Log;
}

/**
 * Listens on this process's reply channel. Resolves when it is subscribed; subscribes again after Redis was away, and then waits
 * no longer than `lostOutcomeMs` for what was asked before.
 */
export async function listenForReplies({
  subscriber,
  names,
  instance,
  pending,
  log,
}: ReplyListenerOptions): Promise<void> {
  const channel = names.replies(instance);
  subscriber.on('message', (from: string, text: string) => {
    if (from !== channel) return;
    try {
      for (const answer of JSON.parse(text) as Answer[]) pending.settle(answer);
    } catch (error) {
      log.error({ err: error }, 'a reply is malformed');
    }
  });
  await subscriber.subscribe(channel);
  subscriber.on('ready', () => {
    pending.doubt(allPartitions, lostOutcomeMs);
    pending.putQuestionsAgain(lostOutcomeMs);
  });
}
