import type { ErrorBody, SecondFactorStep, TokenAnswer } from '@hallway/contracts';
import { Refusal } from '../terminal/refusal.ts';

export interface Credentials {
  username: string;
  password: string;
}

/** A code of an authenticator app, or one of those that were kept for its loss. */
export type ShownFactor = { code: string } | { recoveryCode: string };

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Hallway said no: what it answered, with the id under which its log knows the request. */
export class AnsweredError extends Refusal {
  readonly status: number;
  readonly body: Partial<ErrorBody>;

  constructor(status: number, body: Partial<ErrorBody>) {
    super(describe(status, body));
    this.status = status;
    this.body = body;
  }
}

/** Hallway cannot be reached. */
export class Unreachable extends Refusal {}

// Longer than the server lets any request take.
const answerWithinMs = 40_000;
// A list of a command shows this many in one request.
const pageSize = 200;

/** Calls the admin API as somebody who signs in first. Rejects with `AnsweredError` or `Unreachable`. */
export function createAdminClient(origin: string) {
  let token: string | null = null;

  async function request(method: Method, path: string, body?: unknown): Promise<unknown> {
    const { type, payload } = toPayload(body);
    const headers = { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...type };
    const init = { method, headers, ...payload, signal: AbortSignal.timeout(answerWithinMs) };
    const response = await fetch(new URL(path, origin), init).catch((fault: Error) => {
      throw new Unreachable(`${origin} cannot be reached: ${causeOf(fault)}. Is Hallway running there?`);
    });
    const answer = await readAnswer(response);
    if (response.ok) return answer;
    throw new AnsweredError(response.status, (answer as { error?: Partial<ErrorBody> } | null)?.error ?? {});
  }

  return {
    /** `askFactor` is asked for the second factor where the administrator has one. */
    async signIn(credentials: Credentials, askFactor: () => Promise<ShownFactor>): Promise<void> {
      const answer = await request('POST', '/api/auth/login', credentials).catch(async (refusal: unknown) => {
        const challenge = findChallenge(refusal);
        if (challenge === null) throw refusal;
        return request('POST', '/api/auth/login/second-factor', { challenge, ...(await askFactor()) });
      });
      token = (answer as TokenAnswer).accessToken;
    },
    /** Ends the session. What was asked for is done by then: a failure is no reason to say otherwise. */
    async signOut(): Promise<void> {
      if (token !== null) await request('POST', '/api/auth/logout').catch(() => undefined);
      token = null;
    },
    /** Sends a file as it is, under its own type. */
    upload: <T>(path: string, file: Blob) => request('POST', path, file) as Promise<T>,
    get: <T>(path: string) => request('GET', path) as Promise<T>,
    send: <T = unknown>(method: Exclude<Method, 'GET'>, path: string, body?: unknown) =>
      request(method, path, body) as Promise<T>,

    /** Up to `most` items of a list, and whether there are more. */
    async list<T>(path: string, { items, query = {}, most }: ListOptions): Promise<{ found: T[]; more: boolean }> {
      const found: T[] = [];
      let cursor: string | null = null;
      do {
        const limit = String(Math.min(pageSize, most - found.length));
        const parameters = new URLSearchParams({ ...defined(query), limit, ...(cursor === null ? {} : { cursor }) });
        const answer = (await request('GET', `${path}?${parameters}`)) as Record<string, unknown>;
        found.push(...(answer[items] as T[]));
        cursor = answer.nextCursor as string | null;
      } while (cursor !== null && found.length < most);
      return { found, more: cursor !== null };
    },
  };
}

function findChallenge(refusal: unknown): string | null {
  const body = refusal instanceof AnsweredError ? refusal.body : {};
  return body.code === 'SECOND_FACTOR_REQUIRED' ? (body.details as SecondFactorStep).challenge : null;
}

/** A file travels as it is, anything else as JSON. */
function toPayload(body: unknown): { type: Record<string, string>; payload: { body?: Blob | string } } {
  if (body === undefined) return { type: {}, payload: {} };
  if (body instanceof Blob) return { type: { 'content-type': body.type }, payload: { body } };
  return { type: { 'content-type': 'application/json' }, payload: { body: JSON.stringify(body) } };
}

export interface ListOptions {
  /** The field of the answer that holds the items. */
  items: string;
  query?: Record<string, string | undefined>;
  most: number;
}

export type AdminClient = ReturnType<typeof createAdminClient>;

function defined(query: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** What stands before Hallway may answer in its own words, a page of a proxy for instance. */
async function readAnswer(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function describe(status: number, { code, message, details, requestId }: Partial<ErrorBody>): string {
  const reasons = Array.isArray(details) ? details.map(({ path, message: what }) => `  ${path} ${what}`) : [];
  const first = `${message ?? `Answered with status ${status}.`}${code ? ` (${code})` : ''}`;
  return [first, ...reasons, ...(requestId ? [`Request ${requestId}`] : [])].join('\n');
}

function causeOf({ message, cause }: Error): string {
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}
