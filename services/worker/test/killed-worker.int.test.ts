import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '@hallway/testkit';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNotificationsRepository } from '../src/notifications/notifications.repository.ts';
import { createWorld, newId, type RunningWorker, startWorker, toId, type World } from './worker-fixture.ts';

let world: World;
let worker: RunningWorker | undefined;
const children: ChildProcess[] = [];

beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => {
  await worker?.stop();
  worker = undefined;
  await world?.close();
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

interface Line {
  message?: string;
  userId?: string;
  messageId?: string;
}

/** A worker in a process of its own, and the lines that it logged until it ended. */
function spawnWorker(file: string, args: string[], env: Record<string, string> = {}) {
  const script = join(import.meta.dirname, file);
  const child = spawn(process.execPath, [script, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const lines: Line[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(JSON.parse(line) as Line));
  const ended = Promise.all([once(child, 'exit'), once(reader, 'close')]);
  return { child, lines, ended, delivered: () => lines.filter((line) => line.message === 'notification delivered') };
}

// A job runs again 20 s after its worker was killed, at the latest.
const recovered = { withinMs: 25_000, everyMs: 100 };

async function roomWithUnread() {
  const [ann, ben] = [newId(), newId()];
  const chatRoomId = await world.makeRoom('group', [ann, ben]);
  const [event] = await world.storeMessages(chatRoomId, [ann]);
  const message = event?.type === 'message.created' ? event.data.message : undefined;
  return { ben, chatRoomId, messageId: message?.id ?? '' };
}

const recordOf = (userId: string) => world.connection.collection('notifications').findOne({ userId: toId(userId) });

describe('notification.deliver', () => {
  it.each([
    { moment: 'before', left: 0 },
    { moment: 'after', left: 1 },
  ])(
    'when its worker is killed just $moment it leaves, never sends it again and says so',
    async ({ moment, left }) => {
      const { ben } = await roomWithUnread();
      const environment = { ...world.environment, NOTIFY_AFTER_SECONDS: '0' };
      const dying = spawnWorker('dying-worker.ts', [JSON.stringify(environment), moment]);
      await dying.ended;
      expect(dying.child.signalCode).toBe('SIGKILL');
      expect((await recordOf(ben))?.state).toBe('sending');

      const killedAt = Date.now();
      worker = await startWorker(world);
      await eventually(async () => expect((await recordOf(ben))?.state).toBe('unknown'), recovered);
      expect(Date.now() - killedAt).toBeLessThan(20_000);
      expect(dying.delivered().length + worker.deliveredTo(ben).length).toBe(left);
    },
    60_000,
  );

  it('when a worker was killed after its claim, is told by the next one', async () => {
    const { ben, chatRoomId, messageId } = await roomWithUnread();
    const notifications = createNotificationsRepository(world.connection);
    await notifications.ensureIndexes();
    const left = { userId: ben, chatRoomId, messageId, seq: 1, count: 1, channel: 'log' };
    const claimId = await notifications.claim(left, {});
    const job = { userId: ben, chatRoomId, fromSeq: 1 };
    worker = await startWorker(world);
    await world.jobs.add('notification.deliver', job, { jobId: `notify-${chatRoomId}-${ben}`, delayMs: 0 });
    await eventually(async () => expect((await recordOf(ben))?.state).toBe('sent'));
    expect(worker.deliveredTo(ben)).toHaveLength(1);
    expect(await notifications.beginSending(left, claimId ?? '')).toBe(false);
  });

  it('when two workers were killed after their claims, is given up', async () => {
    const { ben, chatRoomId, messageId } = await roomWithUnread();
    const notifications = createNotificationsRepository(world.connection);
    await notifications.ensureIndexes();
    const left = { userId: ben, chatRoomId, messageId, seq: 1, count: 1, channel: 'log' };
    expect(await notifications.claim(left, {})).not.toBeNull();
    expect(await notifications.claim(left, {})).not.toBeNull();
    expect(await notifications.claim(left, {})).toBeNull();
    expect((await recordOf(ben))?.state).toBe('failed');
  });

  it('when a crash left it and nobody came back, is settled later as what it is', async () => {
    const { ben, chatRoomId, messageId } = await roomWithUnread();
    const notifications = createNotificationsRepository(world.connection);
    await notifications.ensureIndexes();
    const left = { userId: ben, chatRoomId, messageId, seq: 1, count: 1, channel: 'log' };
    const claimId = (await notifications.claim(left, {})) ?? '';
    await notifications.beginSending(left, claimId);
    await notifications.settleLost(new Date());
    expect((await recordOf(ben))?.state).toBe('sending');
    await notifications.settleLost(new Date(Date.now() + 180_000));
    expect((await recordOf(ben))?.state).toBe('unknown');
  });

  it('when the process is killed in the midst of many, tells each of them at most once', async () => {
    const people = Array.from({ length: 60 }, newId);
    const ann = newId();
    for (const userId of people) {
      const chatRoomId = await world.makeRoom('group', [ann, userId]);
      await world.storeMessages(chatRoomId, [ann]);
    }
    const environment = { ...world.environment, NOTIFY_AFTER_SECONDS: '0' };
    const first = spawnWorker('../src/main.ts', [], environment);
    await eventually(() => expect(first.delivered().length).toBeGreaterThan(0), { withinMs: 15_000, everyMs: 1 });
    first.child.kill('SIGKILL');
    await first.ended;

    worker = await startWorker(world);
    const states = await eventually(async () => {
      const found = await world.connection.collection('notifications').find({}).toArray();
      const all = found.map((record) => record.state as string);
      expect(all.filter((state) => ['sent', 'unknown'].includes(state))).toHaveLength(people.length);
      return all;
    }, recovered);
    const told = [...first.delivered(), ...(worker.ofMessage('notification delivered') as Line[])];
    const keys = told.map((line) => `${line.userId} ${line.messageId}`);
    expect(new Set(keys).size).toBe(keys.length);
    // The lines of the eight that ran at the time may have died in the process's memory.
    expect(told.length + 8).toBeGreaterThanOrEqual(states.filter((state) => state === 'sent').length);
    expect(first.delivered().length).toBeLessThan(people.length);
  }, 60_000);
});
