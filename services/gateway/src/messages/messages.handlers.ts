import { type SharedBuckets, type SubmitSend, toAckResult } from '@hallway/bus';
import { type ClientEventAnswers, type ClientEventPayload, findContentProblem } from '@hallway/contracts';
import {
  AppError,
  type Log,
  storeAwayRetryMs,
  type TokenBuckets,
  type Tracing,
  toAppError,
  validationFailed,
} from '@hallway/platform';
import type { GatewayMetrics } from '../gateway-metrics.ts';
import type { ClientCall, RegisterHandler } from '../sockets/event-dispatcher.ts';

export interface MessageHandlerDeps {
  submitSend: SubmitSend;
  /** Sends through this gateway, by person. */
  buckets: TokenBuckets;
  /** Sends through all doors, by person. */
  sharedBuckets: SharedBuckets;
  isRedisAway: () => boolean;
  metrics: GatewayMetrics;
  tracing: Tracing;
  log: Log;
}

export function registerMessageHandlers(registerHandler: RegisterHandler, deps: MessageHandlerDeps): void {
  registerHandler('sendMessage', (call) => sendMessage(call, deps));
}

/** Measures a send and gives it its trace, whatever becomes of it. */
async function sendMessage(
  call: ClientCall<'sendMessage'>,
  deps: MessageHandlerDeps,
): Promise<ClientEventAnswers['sendMessage']> {
  const { clientMessageId } = call.payload;
  const observeAck = deps.metrics.ackSeconds.startTimer({ door: 'socket' });
  const span = deps.tracing.enter('send message', { clientMessageId, clientHasSpan: call.socket.data.clientHasSpans });
  try {
    const answer = await submit(call, deps, span.traceparent);
    observeAck({ result: 'ok' });
    span.end({ attributes: { duplicate: answer.duplicate } });
    deps.log.debug({ traceId: span.traceId }, 'a send was acknowledged');
    return answer;
  } catch (error) {
    const { code } = toAppError(error);
    observeAck({ result: toAckResult(code) });
    span.end({ error: code });
    throw error;
  }
}

/**
 * Submits a send and answers with the stored message. Here it is checked for what can be known without a store; access,
 * policy, `receiverId`, the models and `replyTo` are the message service's to check, the same for every door.
 */
async function submit(
  { caller, payload }: ClientCall<'sendMessage'>,
  deps: MessageHandlerDeps,
  traceparent: string | null,
): Promise<ClientEventAnswers['sendMessage']> {
  const { senderId, messageType = 'text', ...send } = payload;
  if (senderId !== undefined && senderId !== caller.sub) {
    throw new AppError({ code: 'FORBIDDEN', internal: 'senderId is somebody else' });
  }
  checkWords({ ...send, messageType });
  await checkRate(caller.sub, deps);
  const submission = { ...send, messageType, senderId: caller.sub, senderRole: caller.role };
  const trace = traceparent === null ? {} : { traceparent };
  const { message, duplicate } = await deps.submitSend({ ...submission, ...trace });
  return { message, duplicate };
}

/**
 * The bucket here goes first: what it refuses costs Redis nothing. Whether Redis is away is asked last, because the shared
 * bucket is where a hanging one shows, and until then nothing was accepted.
 */
async function checkRate(userId: string, { buckets, sharedBuckets, isRedisAway }: MessageHandlerDeps): Promise<void> {
  const waitMs = buckets.take(userId) || (await sharedBuckets.take(userId));
  if (waitMs > 0) throw new AppError({ code: 'RATE_LIMITED', internal: 'too many sends', retryAfterMs: waitMs });
  if (!isRedisAway()) return;
  throw new AppError({
    code: 'TEMPORARILY_UNAVAILABLE',
    internal: 'Redis is away',
    retryAfterMs: storeAwayRetryMs,
  });
}

function checkWords({
  content,
  messageType,
}: Pick<ClientEventPayload<'sendMessage'>, 'content' | 'messageType'>): void {
  const problem = findContentProblem(content);
  if (problem) throw validationFailed([{ path: '/content', message: problem }]);
  if (messageType === 'system') throw validationFailed([{ path: '/messageType', message: 'must not be system' }]);
  if (messageType !== 'text') throw validationFailed([{ path: '/messageType', message: 'needs attachments' }]);
}
