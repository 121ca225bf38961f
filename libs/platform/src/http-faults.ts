import { answerHeaders } from '@hallway/contracts';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { AppError, toAppError } from './app-error.ts';
import { type ValidationDetail, validationFailed } from './validation.ts';

const unreadableBody = new Set([
  'FST_ERR_CTP_INVALID_JSON_BODY',
  'FST_ERR_CTP_EMPTY_JSON_BODY',
  'FST_ERR_CTP_INVALID_MEDIA_TYPE',
  'FST_ERR_CTP_INVALID_CONTENT_LENGTH',
]);

/** Gives whatever Fastify or a handler threw its place in the error catalogue. */
export function toPublicFault(error: FastifyError): AppError {
  const { validationContext, faults } = error as FastifyError & { faults?: ValidationDetail[] };
  // A malformed id in a path names nothing that could exist.
  if (faults && validationContext === 'params') return new AppError({ code: 'NOT_FOUND' });
  if (faults) return validationFailed(faults);
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new AppError({ code: 'PAYLOAD_TOO_LARGE' });
  if (unreadableBody.has(error.code) || error instanceof SyntaxError) {
    return validationFailed([{ path: '/', message: 'the body is not JSON' }]);
  }
  // An address that cannot even be decoded names nothing.
  if (error.code === 'FST_ERR_BAD_URL') return new AppError({ code: 'NOT_FOUND' });
  return toAppError(error);
}

/** Answers a fault as CONTRACT section 1 says and logs it by who must act. */
export function answerFault(fault: AppError, request: FastifyRequest, reply: FastifyReply) {
  // A store that is away is a neighbour's trouble, and says so itself; a fault of ours is for us to act on.
  if (fault.status >= 500)
    request.log[fault.code === 'INTERNAL' ? 'error' : 'warn']({ err: fault, requestId: request.id }, 'request failed');
  else request.log.info({ code: fault.code, internal: fault.message, requestId: request.id }, 'request refused');
  // Also here, because no hook has run where the address could not even be read.
  reply.headers({ ...answerHeaders, 'x-request-id': request.id });
  if (fault.retryAfterMs !== undefined) {
    reply.header('retry-after', String(Math.max(1, Math.ceil(fault.retryAfterMs / 1000))));
  }
  return reply.status(fault.status).send({ error: fault.toBody(request.id) });
}
