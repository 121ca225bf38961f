import { startValkeyProcess } from './valkey-process.ts';

/** A Redis of a test's own, which it may stop, empty and start again on the same port without disturbing others. */
export async function startOwnRedis({ args = [] }: { args?: string[] } = {}) {
  const { host, port, ...server } = await startValkeyProcess({
    args: () => ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction', ...args],
  });
  return { url: `redis://${host}:${port}`, ...server };
}

export type OwnRedis = Awaited<ReturnType<typeof startOwnRedis>>;
