import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { partitionOf } from '@hallway/bus';
import { eventually } from '@hallway/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, newId, type RunningWorker, startWorker, type World } from './worker-fixture.ts';

let world: World;
let worker: RunningWorker | undefined;

beforeAll(async () => {
  world = await createWorld();
});
afterEach(async () => {
  await worker?.stop();
  worker = undefined;
});
afterAll(() => world?.close());

describe('jobs', () => {
  it('when one is malformed, gives it up at once, says so and goes on', async () => {
    worker = await startWorker(world);
    const queue = world.queueOf('read-marks.drain');
    const bad = await queue.add('read-marks.drain', { chatRoomId: 'x' }, { attempts: 5, jobId: 'bad-one' });
    await eventually(() => expect(worker?.ofMessage('a job is malformed')).toHaveLength(1));
    await eventually(async () => expect(await bad.getState()).toBe('failed'));
    expect(worker.ofMessage('a job was given up')).toHaveLength(1);

    const ann = newId();
    const chatRoomId = await world.makeRoom('group', [ann]);
    await world.pendingMarks.raise(chatRoomId, [{ userId: ann, lastReadSeq: 1, readAt: new Date().toISOString() }]);
    await world.jobs.add('read-marks.drain', { chatRoomId }, { jobId: `read-${chatRoomId}-1`, delayMs: 0 });
    await eventually(async () => expect(await world.pendingMarks.list(chatRoomId)).toEqual([]));
    expect(await worker.metrics()).toContain(
      'hallway_jobs_total{task="read-marks.drain",result="malformed",service="worker"} 1',
    );
  });

  it('when one has failed for good, its id can be used again', async () => {
    worker = await startWorker(world);
    const data = { userId: newId(), chatRoomId: 'broken', fromSeq: 1 };
    for (let count = 1; count <= 2; count += 1) {
      await world.jobs.add('notification.deliver', data, { jobId: 'notify-again', delayMs: 0 });
      await eventually(() => expect(worker?.ofMessage('a job was given up')).toHaveLength(count));
      await eventually(async () =>
        expect(await world.queueOf('notification.deliver').getJob('notify-again')).toBeUndefined(),
      );
    }
  });
});

describe('events', () => {
  it.each([
    ['no JSON', 'not json'],
    ['no list', '{"type":"message.created"}'],
    ['a null in it', '[null]'],
    ['a message without its fields', '[{"type":"message.created","data":{"message":{}}}]'],
  ])('when an entry has %s, logs it, is done with it and handles the next', async (_what, text) => {
    const [ann, ben] = [newId(), newId()];
    const chatRoomId = await world.makeRoom('group', [ann, ben]);
    worker = await startWorker(world);
    const stream = world.names.events(partitionOf(chatRoomId));
    await world.redis.xadd(stream, '*', 'position', '1', 'header', '{}', 'events', text);
    await world.send(chatRoomId, [ann]);
    await eventually(() => expect(worker?.deliveredTo(ben)).toHaveLength(1));
    expect(worker.lines.filter((line) => String(line.message).includes('malformed'))).not.toHaveLength(0);
    await eventually(async () => expect((await world.redis.xpending(stream, 'worker'))[0]).toBe(0));
  });
});

describe('readyz', () => {
  it('when the stores are there, is ready', async () => {
    worker = await startWorker(world);
    const answer = await worker.readyz();
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ready', degraded: [] }]);
  });
});

describe('main', () => {
  it('when a variable is missing, names it and ends with 1', async () => {
    const script = join(import.meta.dirname, '../src/main.ts');
    const { MONGODB_URI: _without, ...env } = world.environment;
    const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    const [code] = await once(child, 'close');
    expect(code).toBe(1);
    expect(text).toContain('MONGODB_URI is missing');
  });
});
