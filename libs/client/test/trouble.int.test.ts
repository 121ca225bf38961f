import { describe, expect, it } from 'vitest';
import type { Timeline } from '../src/index.ts';
import { startCampus, until } from './campus-fixture.ts';
import { type ContractServer, fault } from './contract-server.ts';

/** A generator of our own, so that a seed that fails can be run again. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

function lines(timeline: Timeline): string[] {
  return timeline.getSnapshot().messages.map(({ seq, content, senderId }) => `${seq} ${senderId} ${content}`);
}

/** One of the things that go wrong between two messages, or none. */
function disturb(server: ContractServer, random: () => number): void {
  if (random() < 0.05) server.cut();
  if (random() < 0.05) server.drain(Math.floor(random() * 100));
  if (random() < 0.1) server.faults.refuseSends = { error: fault('OUTCOME_UNKNOWN', 20), times: 2 };
  if (random() < 0.1) server.faults.loseAcknowledgements = 1;
  server.faults.doubleLive = random() < 0.2;
}

describe('two people in trouble', () => {
  it.each([1, 2, 3])(
    'when transports, acknowledgements and live messages get lost (seed %i), nothing is lost, doubled or reordered',
    { timeout: 30_000 },
    async (seed) => {
      const { signIn, server, roomId, faults } = await startCampus();
      const random = createRandom(seed);
      const clients = [await signIn('john', { random }), await signIn('sarah', { random })];
      const timelines = clients.map((client) => client.openTimeline(roomId)) as [Timeline, Timeline];
      server.faults.dropLive = () => random() < 0.2;
      const sent: string[][] = [[], []];
      for (let n = 0; n < 120; n += 1) {
        const who = n % 2;
        timelines[who]!.send(`${who}.${n}`);
        sent[who]!.push(`${who}.${n}`);
        disturb(server, random);
        await new Promise((resolve) => setTimeout(resolve, random() * 10));
      }
      server.faults.dropLive = () => false;
      server.cut();
      const log = () => server.campus.rooms.get(roomId)!.log;
      await until(() => log().length === 120, 20_000);
      const stored = log().map(({ seq, content, senderId }) => `${seq} ${senderId} ${content}`);
      await until(() => timelines.every((timeline) => lines(timeline).join() === stored.join()), 20_000);
      for (const who of [0, 1]) {
        const theirs = log().filter(({ content }) => content.startsWith(`${who}.`));
        expect(theirs.map(({ content }) => content)).toEqual(sent[who]);
      }
      expect(faults.filter(({ at }) => at === 'timer' || at === 'store.listener')).toEqual([]);
    },
  );
});
