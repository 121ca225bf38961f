import { type ErrorBody, type ErrorCode, errorCatalogue } from '@hallway/contracts';
import { createError, createUnreachable } from './faults.ts';
import { HallwayError } from './types.ts';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From `/api` on, with its query. */
  path: string;
  body?: unknown;
  token?: string;
  /** The trace that the request belongs to, as W3C Trace Context. */
  traceparent?: string;
}

/** Sends one request. Throws `HallwayError` and nothing else; answers null where there is no body. */
export type SendRequest = (request: HttpRequest) => Promise<unknown>;

// Longer than any answer of a loaded server that is still worth having; a person sees a loading state meanwhile.
const answerTimeoutMs = 15_000;

export function createHttp(deps: { origin: string; fetch: Fetch; ended: AbortSignal }): SendRequest {
  return async function sendRequest({ method, path, body, token, traceparent }) {
    const init: RequestInit = {
      method,
      credentials: 'include',
      signal: AbortSignal.any([deps.ended, AbortSignal.timeout(answerTimeoutMs)]),
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(traceparent === undefined ? {} : { traceparent }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    let response: Response;
    let answer: unknown;
    try {
      response = await deps.fetch(`${deps.origin}${path}`, init);
      answer = await readJson(response);
    } catch (cause) {
      throw createUnreachable(cause);
    }
    if (!response.ok) throw toHallwayError(response, answer);
    return answer;
  };
}

/** The body as JSON; undefined where it is none, as from a proxy that answers in place of Hallway. */
async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toHallwayError(response: Response, answer: unknown): HallwayError {
  const body = readErrorBody(answer);
  if (body !== null) return new HallwayError(body);
  const error = createError(codeOfStatus(response.status));
  const retryAfterMs = readRetryAfter(response);
  return retryAfterMs === undefined ? error : new HallwayError({ ...error.body, retryAfterMs });
}

/** Seconds, as whatever stands in front of Hallway says them; the other form of the header, a date, is not worth a clock. */
function readRetryAfter(response: Response): number | undefined {
  const seconds = /^\d{1,6}$/.exec(response.headers.get('retry-after') ?? '')?.[0];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** Takes the server's error object out of `{ error }`, as HTTP answers and refused connections carry it. */
export function readErrorBody(answer: unknown): ErrorBody | null {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return null;
  const { error } = answer;
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' && error.code in errorCatalogue ? (error as ErrorBody) : null;
}

/** For answers that did not come from Hallway itself. */
function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return 'UNAUTHENTICATED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 404) return 'NOT_FOUND';
  if (status === 413) return 'PAYLOAD_TOO_LARGE';
  if (status === 429) return 'RATE_LIMITED';
  return status >= 500 ? 'TEMPORARILY_UNAVAILABLE' : 'INTERNAL';
}
