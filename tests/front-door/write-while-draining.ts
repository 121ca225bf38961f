import { createHallwayClient, createMemoryOutboxStorage, type HallwayClient } from '@hallway/client';
import { eventually } from '@hallway/testkit';
import { expect } from 'vitest';

const password = 'hallway-demo';

export interface Draining {
  /** The public origin of the door. */
  origin: string;
  /** Takes one of two gateways out of service, in order. */
  takeAway: () => Promise<void>;
}

async function enter(username: string, origin: string, clients: HallwayClient[]): Promise<HallwayClient> {
  const client = createHallwayClient({ origin, storage: createMemoryOutboxStorage() });
  clients.push(client);
  await client.signIn(username, password);
  await eventually(() => expect(client.connection.getSnapshot().status).toBe('online'), { withinMs: 15_000 });
  return client;
}

/**
 * Has somebody write to somebody, before, while and after a gateway goes, with others connected and a newcomer in the middle, and
 * expects that nothing is lost, nothing refused, everything in its order, and everybody online in the end.
 */
export async function writeWhileDraining({ origin, takeAway }: Draining): Promise<void> {
  const clients: HallwayClient[] = [];
  try {
    const [john, sarah] = await Promise.all(
      ['john', 'sarah', 'mike', 'maya'].map((name) => enter(name, origin, clients)),
    );
    if (!john || !sarah) throw new Error('Nobody has entered.');
    const { people } = await john.people({ query: 'sarah' });
    const chatRoom = await john.openDirectRoom(people[0]?.id ?? '');
    const [sending, hearing] = [john.openTimeline(chatRoom.id), sarah.openTimeline(chatRoom.id)];
    const failed = new Set<string>();
    sending.subscribe(() => {
      for (const { clientMessageId, delivery } of sending.getSnapshot().messages)
        if (delivery.status === 'failed') failed.add(clientMessageId);
    });

    const sent: string[] = [];
    // Beside what is written; what goes wrong with it is told below.
    const isAway = takeAway().then(
      () => null,
      (error: unknown) => ({ error }),
    );
    // The burst that one person may send is 50.
    for (let at = 0; at < 40; at += 1) {
      sent.push(`message ${at}`);
      sending.send(`message ${at}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    // A newcomer is let in while the gateway refuses.
    await enter('tom', origin, clients);
    const failure = await isAway;
    if (failure !== null) throw failure.error;
    sending.send('the last');
    sent.push('the last');

    for (const timeline of [sending, hearing]) {
      await eventually(
        () => {
          const messages = timeline.getSnapshot().messages.filter(({ seq }) => seq !== null);
          expect(messages.map(({ content }) => content)).toEqual(sent);
        },
        { withinMs: 30_000 },
      );
    }
    expect([...failed]).toEqual([]);
    for (const client of clients) {
      await eventually(() => expect(client.connection.getSnapshot().status).toBe('online'), { withinMs: 15_000 });
    }
  } finally {
    for (const client of clients) client.destroy();
  }
}
