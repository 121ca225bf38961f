import { createServer } from 'node:net';

/** A port of the loopback interface that nobody uses at the moment, preferably the one asked for. */
export async function findFreePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred))) return preferred;
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
