import { afterEach, vi } from 'vitest';
import { createHallwayClient, type Fault, type HallwayClient, type HallwayClientOptions } from '../src/index.ts';
import { type ContractServer, startContractServer } from './contract-server.ts';
import { password } from './contract-server-rooms.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A server with two students and their room, and clients that end with the test. */
export async function startCampus() {
  const server = await startContractServer();
  endings.push(() => server.close());
  const [john, sarah] = [server.campus.addPerson('john'), server.campus.addPerson('sarah')];
  const room = server.campus.addRoom([john, sarah]);
  const faults: Fault[] = [];

  function createClient(options: HallwayClientOptions = {}): HallwayClient {
    const onFault = (fault: Fault) => void faults.push(fault);
    const client = createHallwayClient({ origin: server.origin, onFault, ...options });
    endings.push(() => client.destroy());
    return client;
  }

  async function signIn(username: 'john' | 'sarah', options: HallwayClientOptions = {}): Promise<HallwayClient> {
    const client = createClient(options);
    await client.signIn(username, password);
    await until(() => client.connection.getSnapshot().status === 'online');
    return client;
  }

  return { server, john, sarah, room, roomId: room.chatRoom.id, faults, createClient, signIn };
}

/** Waits for a condition; what it last said is in the error. */
export async function until(isTrue: () => boolean, timeout = 12_000): Promise<void> {
  await vi.waitFor(
    () => {
      if (!isTrue()) throw new Error(`still not: ${isTrue}`);
    },
    { timeout, interval: 5 },
  );
}

export function contents(server: ContractServer, roomId: string): string[] {
  return server.campus.rooms.get(roomId)!.log.map((message) => message.content);
}

export function events(server: ContractServer, event: string): unknown[] {
  return server.heard.filter((heard) => heard.event === event).map((heard) => heard.payload);
}
