import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { startValkeyProcess, type ValkeyProcess } from './valkey-process.ts';

const masterName = 'hallway';

/** A primary, a replica of it, and three sentinels of a test's own that watch over them; resolves when all know each other. */
export async function startOwnSentinels() {
  const stored = () => ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction', '--repl-diskless-sync-delay', '0'];
  const primary = await startValkeyProcess({ args: stored });
  const replica = await startValkeyProcess({
    args: () => [...stored(), '--replicaof', `${primary.host} ${primary.port}`],
  });
  const sentinels = await Promise.all([1, 2, 3].map(() => startSentinel(primary)));
  const all = [primary, replica, ...sentinels];
  await Promise.all(sentinels.map(waitUntilComplete));
  return {
    url: `redis+sentinel://${sentinels.map(({ host, port }) => `${host}:${port}`).join(',')}/${masterName}`,
    primary,
    replica,
    remove: () => Promise.all(all.map((server) => server.remove())),
  };
}

export type OwnSentinels = Awaited<ReturnType<typeof startOwnSentinels>>;

// Silence after which a sentinel calls the primary down: short enough to see a failover within a test.
const downAfterMs = 2000;

function startSentinel({ host, port: watched }: ValkeyProcess): Promise<ValkeyProcess> {
  return startValkeyProcess({
    args({ folder }) {
      // A sentinel writes what it learns into its own configuration.
      const file = join(folder, 'sentinel.conf');
      const lines = [
        `sentinel monitor ${masterName} ${host} ${watched} 2`,
        `sentinel down-after-milliseconds ${masterName} ${downAfterMs}`,
        `sentinel failover-timeout ${masterName} 10000`,
      ];
      writeFileSync(file, `${lines.join('\n')}\n`);
      return [file, '--sentinel'];
    },
  });
}

async function waitUntilComplete(sentinel: ValkeyProcess): Promise<void> {
  await sentinel.withClient((client) =>
    eventually(
      async () => {
        const state = (await client.call('SENTINEL', 'MASTER', masterName)) as string[] | Record<string, string>;
        const of = (name: string) => (Array.isArray(state) ? state[state.indexOf(name) + 1] : state[name]);
        if (of('num-slaves') !== '1' || of('num-other-sentinels') !== '2')
          throw new Error('they do not know each other yet');
      },
      { withinMs: 20_000 },
    ),
  );
}
