import { createUnreachable } from './faults.ts';
import type { HttpRequest, SendRequest } from './http.ts';
import { endReason, type SessionKeeper } from './session.ts';
import { HallwayError } from './types.ts';

/** Requests of the person who is signed in. They throw `HallwayError` and nothing else. */
export interface Rest {
  get(path: string, query?: Record<string, string | number | undefined>): Promise<unknown>;
  post(path: string, body: unknown, trace?: Pick<HttpRequest, 'traceparent'>): Promise<unknown>;
  put(path: string): Promise<unknown>;
  patch(path: string, body: unknown): Promise<unknown>;
  remove(path: string): Promise<unknown>;
}

/**
 * An access token that the server no longer takes is renewed once, and the request sent again once.
 * A session that has ended signs the person out, whichever request heard of it.
 */
export function createRest(sendRequest: SendRequest, session: SessionKeeper): Rest {
  async function authorised(request: HttpRequest): Promise<unknown> {
    const token = await session.token();
    try {
      return await sendRequest({ ...request, token });
    } catch (cause) {
      if (codeOf(cause) !== 'UNAUTHENTICATED') throw cause;
      return await sendRequest({ ...request, token: await session.replace(token) });
    }
  }

  async function send(request: HttpRequest): Promise<unknown> {
    try {
      return await authorised(request);
    } catch (cause) {
      if (codeOf(cause) === 'SESSION_ENDED') session.end(endReason(cause));
      throw cause instanceof HallwayError ? cause : createUnreachable(cause);
    }
  }

  return {
    get: (path, query = {}) => send({ method: 'GET', path: `${path}${toQueryString(query)}` }),
    post: (path, body, trace = {}) => send({ method: 'POST', path, body, ...trace }),
    put: (path) => send({ method: 'PUT', path }),
    patch: (path, body) => send({ method: 'PATCH', path, body }),
    remove: (path) => send({ method: 'DELETE', path }),
  };
}

function codeOf(cause: unknown): string | null {
  return cause instanceof HallwayError ? cause.body.code : null;
}

function toQueryString(query: Record<string, string | number | undefined>): string {
  const stated = Object.entries(query).filter(([, value]) => value !== undefined);
  if (stated.length === 0) return '';
  return `?${new URLSearchParams(stated.map(([name, value]) => [name, String(value)]))}`;
}
