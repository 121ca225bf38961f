import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHallwayClient, createMemoryOutboxStorage } from '@hallway/client';
import { eventually } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningStack, startStack } from '../stack/start-stack.ts';

let stack: RunningStack;
const stateFolder = mkdtempSync(join(tmpdir(), 'hallway-kept-'));

beforeAll(async () => {
  stack = await startStack({ stateFolder });
});
afterAll(async () => {
  await stack?.stop();
  rmSync(stateFolder, { recursive: true, force: true });
});

async function signedIn(username: string) {
  const client = createHallwayClient({ origin: stack.origin, storage: createMemoryOutboxStorage() });
  await client.signIn(username, 'hallway-demo');
  await eventually(() => expect(client.connection.getSnapshot().status).toBe('online'), { withinMs: 15_000 });
  return client;
}

type Client = Awaited<ReturnType<typeof signedIn>>;

const contents = (client: Client, chatRoomId: string) => {
  const timeline = client.openTimeline(chatRoomId);
  return { timeline, list: () => timeline.getSnapshot().messages.map((message) => message.content) };
};

describe('a process that is killed', () => {
  it.each(['message', 'gateway-1', 'gateway-2', 'worker', 'auth'])(
    'when %s dies in the middle of a conversation, it comes back and nothing is lost, doubled or reordered',
    async (name) => {
      const [john, sarah] = await Promise.all([signedIn('john'), signedIn('sarah')]);
      const people = await john.people({ query: 'sarah' });
      const room = await john.openDirectRoom(people.people[0]?.id ?? '');
      const [johns, sarahs] = [contents(john, room.id), contents(sarah, room.id)];
      await eventually(() => expect(johns.timeline.getSnapshot().status).toBe('ready'));
      const before = johns.timeline.getSnapshot().lastSeq;
      const sent = Array.from({ length: 12 }, (_, index) => `${name} ${index}`);
      for (const [index, text] of sent.entries()) {
        johns.timeline.send(text);
        if (index === 5) process.kill(stack.pidOf(name), 'SIGKILL');
      }
      await eventually(
        () => {
          expect(johns.list().slice(-sent.length)).toEqual(sent);
          expect(sarahs.list().slice(-sent.length)).toEqual(sent);
          const states = johns.timeline
            .getSnapshot()
            .messages.slice(-sent.length)
            .map((message) => message.delivery.status);
          expect(states.every((status) => status === 'sent' || status === 'read')).toBe(true);
        },
        { withinMs: 40_000 },
      );
      expect(johns.timeline.getSnapshot().lastSeq).toBe(before + sent.length);
      await eventually(() => expect(stack.output()).toMatch(new RegExp(`${name} is back`)), { withinMs: 20_000 });
      john.destroy();
      sarah.destroy();
    },
  );
});

describe('npm start', () => {
  it('when it is stopped and started again, leaves no process and finds yesterday’s messages', async () => {
    const names = ['auth', 'message', 'gateway-1', 'gateway-2', 'worker'];
    const pids = names.map((name) => stack.pidOf(name));
    expect(await stack.stop()).toBe(0);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow();
    stack = await startStack({ stateFolder });
    const john = await signedIn('john');
    await eventually(() =>
      expect(john.conversations.getSnapshot().conversations[0]?.lastMessage?.content).toBe('auth 11'),
    );
    john.destroy();
  });
});
