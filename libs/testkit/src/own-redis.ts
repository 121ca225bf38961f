import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** A Redis of a test's own, which it may stop, empty and start again on the same port without disturbing others. */
export async function startOwnRedis() {
  const port = await findFreePort();
  const folder = mkdtempSync(join(tmpdir(), 'hallway-redis-'));
  let server: ChildProcess;

  async function start(): Promise<void> {
    const binary = process.env.HALLWAY_TEST_VALKEY_SERVER;
    if (!binary) throw new Error('No server binary is known: run this file through vitest.config.ts.');
    const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
    server = spawn(binary, [...place, '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'], { stdio: 'ignore' });
    await once(server, 'spawn');
    await withClient((client) => client.ping());
  }

  async function withClient<T>(use: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(port, '127.0.0.1', {
      maxRetriesPerRequest: null,
      retryStrategy: () => 50,
      replyMapping: 'legacy',
    });
    client.on('error', () => undefined);
    try {
      return await use(client);
    } finally {
      client.disconnect();
    }
  }

  async function kill(): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    kill,
    withClient,
    async remove(): Promise<void> {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type OwnRedis = Awaited<ReturnType<typeof startOwnRedis>>;

// Below the range that systems take ports for outgoing connections from: it has to be free when the server comes back.
const [firstPort, lastPort] = [24_000, 28_000];

async function findFreePort(): Promise<number> {
  for (;;) {
    const probe = createServer();
    try {
      probe.listen({ port: randomInt(firstPort, lastPort), host: '127.0.0.1', exclusive: true });
      await once(probe, 'listening');
      return (probe.address() as AddressInfo).port;
    } catch {
      // Taken: another one is tried.
    } finally {
      await new Promise((resolve) => probe.close(resolve));
    }
  }
}
