import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

// Below the range that systems take ports for outgoing connections from: it has to be free when the server comes back.
const [firstPort, lastPort] = [24_000, 28_000];

/** A port of this machine for a server that a test stops and starts again. */
export async function findFreePort(): Promise<number> {
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
