import { type ClientSpan, createHallwayClient, type HallwayClient } from '@hallway/client';
import type { Log } from '@hallway/platform';

export interface Account {
  username: string;
  password: string;
}

export interface ProbePeopleOptions {
  origin: string;
  account: Account;
  onSpan: (span: ClientSpan) => void;
  log: Log;
}

// Ten wrong passwords in a quarter of an hour close an account: a probe with a wrong one must not close its own.
const retryAfterMs = 120_000;

/** One client of an account at each gateway, signed in when it is first needed. */
export function createProbePeople({ origin, account, onSpan, log }: ProbePeopleOptions) {
  const clients = new Map<string, HallwayClient>();
  let retryAt = 0;

  async function signIn(gateway: string): Promise<HallwayClient | null> {
    if (Date.now() < retryAt) return null;
    const client = createHallwayClient({
      origin,
      gateway,
      tabs: null,
      onSpan,
      onFault: ({ at, cause }) => log.debug({ at, err: cause }, 'the client met a fault'),
    });
    try {
      await client.signIn(account.username, account.password);
    } catch (error) {
      client.destroy();
      retryAt = Date.now() + retryAfterMs;
      log.error({ err: error }, 'the probe could not sign in');
      return null;
    }
    clients.set(gateway, client);
    return client;
  }

  function drop(gateway: string): void {
    clients.get(gateway)?.destroy();
    clients.delete(gateway);
  }

  return {
    /** The client at a gateway; null where it is not signed in, or not connected at the moment. */
    async at(gateway: string): Promise<HallwayClient | null> {
      if (clients.get(gateway)?.session.getSnapshot().status === 'signed-out') drop(gateway);
      const client = clients.get(gateway) ?? (await signIn(gateway));
      return client?.connection.getSnapshot().status === 'online' ? client : null;
    },
    /** Leaves gateways that are no more. */
    keepOnly(gateways: string[]): void {
      for (const gateway of clients.keys()) if (!gateways.includes(gateway)) drop(gateway);
    },
    /** Signs everybody out: a session that is not ended would count for a month. */
    async stop(): Promise<void> {
      await Promise.allSettled([...clients.values()].map((client) => client.signOut()));
      for (const gateway of [...clients.keys()]) drop(gateway);
    },
  };
}

export type ProbePeople = ReturnType<typeof createProbePeople>;
