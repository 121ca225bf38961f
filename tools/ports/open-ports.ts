import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the range that systems take ports for outgoing connections from: a server that dies has to find its port free when it
 * comes back, and must not find the connection of somebody else on it.
 */
const [FIRST_PORT, LAST_PORT] = [28_000, 32_000];
const ATTEMPTS = 50;

/** A port of the loopback interface that nobody uses at the moment, preferably the one asked for. */
export async function findFreePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred))) return preferred;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isFree(port)) return port;
  }
  return (await tryListen(0)) ?? findFreePort();
}

/** Whether `port` can be listened on at 127.0.0.1. */
export async function isFree(port: number): Promise<boolean> {
  return (await tryListen(port)) !== null;
}

/** Listens for a moment. Answers the port, or null where it is taken. */
function tryListen(port: number): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const server = createServer();
  server.once('error', () => resolve(null));
  server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
    const address = server.address();
    server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null));
  });
  return promise;
}
