import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from './eventually.ts';
import { findFreePort } from './free-port.ts';

export interface ValkeyProcessOptions {
  /** Arguments of the server besides its place, for its port and its folder. */
  args: (place: { port: number; folder: string }) => string[];
}

/** A Valkey of a test's own on a port of its own, which it may kill and start again on the same data. */
export async function startValkeyProcess({ args }: ValkeyProcessOptions) {
  const port = await findFreePort();
  const folder = mkdtempSync(join(tmpdir(), 'hallway-redis-'));
  let server: ChildProcess;

  async function start(): Promise<void> {
    const binary = process.env.HALLWAY_TEST_VALKEY_SERVER;
    if (!binary) throw new Error('No server binary is known: run this file through vitest.config.ts.');
    const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
    server = spawn(binary, [...args({ port, folder }), ...place], { stdio: 'ignore' });
    await once(server, 'spawn');
    // It may still be reading its data, and says so.
    await withClient((client) => eventually(() => client.ping().catch(refusedByName)));
  }

  async function withClient<T>(use: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(port, '127.0.0.1', {
      maxRetriesPerRequest: null,
      enableReadyCheck: false,
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
    host: '127.0.0.1',
    port,
    start,
    kill,
    withClient,
    async remove(): Promise<void> {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type ValkeyProcess = Awaited<ReturnType<typeof startValkeyProcess>>;

/** One that asks for a password or has no right to ping is there all the same. */
function refusedByName(error: Error): void {
  if (!/^(NOAUTH|NOPERM)/.test(error.message)) throw error;
}
