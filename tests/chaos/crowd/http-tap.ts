import { AsyncLocalStorage } from 'node:async_hooks';
import type { WireListener } from './wire-tap.ts';

const historyPath = /^\/api\/message\/chat-room\/[^/]+\/messages$/;
const sendPath = '/api/message/message';

type Send = typeof globalThis.fetch;

interface HttpTapDeps {
  onHistory: () => void;
  /** Who hears of a send through the HTTP door, by the access token that it carries. */
  findListener: (accessToken: string) => WireListener | undefined;
}

/**
 * Listens to the requests of this process: counts pages of history, tells which access token a sign-in brought, and hears
 * sends, which are the same whichever door they take. The SDK keeps its own cookies around the platform's `fetch`, so that
 * this is the one place where all of it passes.
 */
export function tapHttp({ onHistory, findListener }: HttpTapDeps) {
  const signIns = new AsyncLocalStorage<(token: string) => void>();
  const send = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const { pathname } = new URL(String(input));
    if (historyPath.test(pathname)) onHistory();
    if (pathname === sendPath && init?.method === 'POST') {
      return await hearSend({ send, input, init, listener: findListener(tokenOf(init)) });
    }
    const response = await send(input, init);
    const onToken = signIns.getStore();
    if (onToken && response.ok && pathname === '/api/auth/login') {
      const { accessToken } = (await response.clone().json()) as { accessToken: string };
      onToken(accessToken);
    }
    return response;
  };

  return {
    /** Runs a sign-in; `onToken` is called with its token before the SDK has it. */
    signIn: <T>(onToken: (token: string) => void, run: () => Promise<T>): Promise<T> => signIns.run(onToken, run),
  };
}

export type HttpTap = ReturnType<typeof tapHttp>;

interface HeardSend {
  send: Send;
  input: Parameters<Send>[0];
  init: RequestInit;
  listener: WireListener | undefined;
}

/** Tells the listener what it would have heard of the same send by socket. */
async function hearSend({ send, input, init, listener }: HeardSend): Promise<Response> {
  const payload: unknown = JSON.parse(String(init.body));
  listener?.onAsked('sendMessage', payload);
  let response: Response;
  try {
    response = await send(input, init);
  } catch (cause) {
    listener?.onNoAnswer('sendMessage', payload);
    throw cause;
  }
  const answer = await readAnswer(response.clone());
  if (answer === null) listener?.onNoAnswer('sendMessage', payload);
  else listener?.onAnswer('sendMessage', payload, { ok: response.ok, ...answer });
  return response;
}

/** Null for what is no answer of Hallway: a body that broke off, say. */
async function readAnswer(response: Response): Promise<object | null> {
  try {
    const answer = (await response.json()) as { message?: unknown; error?: unknown };
    return answer.message === undefined && answer.error === undefined ? null : answer;
  } catch {
    return null;
  }
}

function tokenOf({ headers }: RequestInit): string {
  return (new Headers(headers).get('authorization') ?? '').replace(/^Bearer /, '');
}
