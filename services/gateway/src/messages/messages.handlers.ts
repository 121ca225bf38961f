import type { SubmitSend } from '@hallway/bus';
import { type ClientEventAnswers, type ClientEventPayload, findContentProblem } from '@hallway/contracts';
import { AppError, type TokenBuckets, validationFailed } from '@hallway/platform';
import type { GatewayMetrics } from '../gateway-metrics.ts';
import type { ClientCall, RegisterHandler } from '../sockets/event-dispatcher.ts';

export interface MessageHandlerDeps {
  submitSend: SubmitSend;
  /** Sends, by person. */
  buckets: TokenBuckets;
  metrics: GatewayMetrics;
}

export function registerMessageHandlers(registerHandler: RegisterHandler, deps: MessageHandlerDeps): void {
  registerHandler('sendMessage', (call) => sendMessage(call, deps));
}

/**
 * Submits a send and answers with the stored message. Here it is checked for what can be known without a store; access,
 * policy, `receiverId`, the models and `replyTo` are the message service's to check, the same for every door.
 */
async function sendMessage(
  { caller, payload }: ClientCall<'sendMessage'>,
  { submitSend, buckets, metrics }: MessageHandlerDeps,
): Promise<ClientEventAnswers['sendMessage']> {
  const observeAck = metrics.ackSeconds.startTimer();
  const { senderId, messageType = 'text', ...send } = payload;
  if (senderId !== undefined && senderId !== caller.sub) {
    throw new AppError({ code: 'FORBIDDEN', internal: 'senderId is somebody else' });
  }
  checkWords({ ...send, messageType });
  const waitMs = buckets.take(caller.sub);
  if (waitMs > 0) throw new AppError({ code: 'RATE_LIMITED', internal: 'too many sends', retryAfterMs: waitMs });
  const submission = { ...send, messageType, senderId: caller.sub, senderRole: caller.role };
  const { message, duplicate } = await submitSend(submission);
  observeAck();
  return { message, duplicate };
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
