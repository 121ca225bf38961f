import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { answerHeaders, type ErrorCode, errorCatalogue, toErrorBody } from '@hallway/contracts';
import type { Destination } from './route-of.ts';

/** A service that died is back within a few seconds. */
const RETRY_AFTER_MS = 1000;

/** Contract section 9: what a request id from outside may look like. */
const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

interface ErrorAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The id that a request brought along where it is a plain one, and a new one otherwise. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** An error that arises at the door, as every service would word it. */
export function errorAnswer(code: ErrorCode, headers: IncomingHttpHeaders): ErrorAnswer {
  const { status } = errorCatalogue[code];
  const requestId = requestIdOf(headers);
  const away = status === 503;
  const body = JSON.stringify({
    error: toErrorBody({ code, requestId, retryAfterMs: away ? RETRY_AFTER_MS : undefined }),
  });
  return {
    status,
    body,
    headers: {
      ...answerHeaders,
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'no-store',
      'x-request-id': requestId,
      ...(away ? { 'retry-after': String(RETRY_AFTER_MS / 1000) } : {}),
    },
  };
}

/** Answers with the error, or where an answer has begun already, ends the connection so that nobody takes it for whole. */
export function sendError(request: IncomingMessage, response: ServerResponse, code: ErrorCode): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, headers, body } = errorAnswer(code, request.headers);
  response.writeHead(status, headers).end(body);
}

interface FailedHop {
  destination: Destination;
  method: string | undefined;
  fault: NodeJS.ErrnoException;
}

/**
 * What a failed hop means for the caller. A refused connection accepted nothing, and what only reads can be repeated
 * freely; but a send that was under way may have been carried out.
 */
export function codeOfFailure({ destination, method, fault }: FailedHop): ErrorCode {
  const mayHaveArrived = fault.code !== 'ECONNREFUSED' && destination === 'message';
  const writes = method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
  return mayHaveArrived && writes ? 'OUTCOME_UNKNOWN' : 'TEMPORARILY_UNAVAILABLE';
}
