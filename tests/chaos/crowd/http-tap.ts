import { AsyncLocalStorage } from 'node:async_hooks';

const historyPath = /^\/api\/message\/chat-room\/[^/]+\/messages$/;

/**
 * Listens to the requests of this process: counts pages of history, and tells which access token a sign-in brought. The SDK
 * keeps its own cookies around the platform's `fetch`, so that this is the one place where all of it passes.
 */
export function tapHttp({ onHistory }: { onHistory: () => void }) {
  const signIns = new AsyncLocalStorage<(token: string) => void>();
  const send = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const { pathname } = new URL(String(input));
    if (historyPath.test(pathname)) onHistory();
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
