import { randomBytes } from 'node:crypto';
import type { DirectoryChange } from '@hallway/contracts';
import { createRedis, waitForRedis } from '@hallway/platform';
import { captureLog, eventually, type OwnRedis, startOwnRedis, useTestEngines } from '@hallway/testkit';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBusNames, createDirectoryChanges, createDirectoryChangeTail } from '../src/index.ts';

const names = createBusNames(useTestEngines().redisPrefix);
const id = () => randomBytes(12).toString('hex');
let server: OwnRedis;
let redis: Redis;
let tail: ReturnType<typeof createDirectoryChangeTail>;
let heard: (DirectoryChange | 'gap')[];
let captured: ReturnType<typeof captureLog>;

beforeEach(async () => {
  server = await startOwnRedis();
  captured = captureLog();
  heard = [];
  const { log } = captured;
  redis = createRedis({ url: server.url, log, role: 'test', kind: 'commands' });
  const blocking = createRedis({ url: server.url, log, role: 'test-tail', kind: 'blocking' });
  await Promise.all([waitForRedis(redis), waitForRedis(blocking)]);
  tail = createDirectoryChangeTail({
    redis: blocking,
    names,
    log,
    onChanges: (changes) => heard.push(...changes),
    onGap: () => heard.push('gap'),
  });
});
afterEach(async () => {
  await tail.stop();
  redis.disconnect();
  await server.remove();
});

const publisher = () => createDirectoryChanges({ redis, names, log: captured.log });
const heardPeople = () => heard.flatMap((one) => (one === 'gap' ? ['gap'] : one.personIds));

/** Publishes one person's change, again and again until it is heard: Redis may only just be back. */
async function untilHeard(personId: string): Promise<void> {
  await eventually(
    async () => {
      await publisher().publish([{ kind: 'person', personIds: [personId] }]);
      await eventually(() => expect(heardPeople()).toContain(personId), { withinMs: 500 });
    },
    { withinMs: 15_000 },
  );
}

describe('directory changes', () => {
  it('when published, reach a tail in order and within a second, and only those since it started', async () => {
    await publisher().publish([{ kind: 'course', courseIds: [id()] }]);
    await tail.start();
    const [first, second, third, course] = [id(), id(), id(), id()];
    const since = performance.now();
    await publisher().publish([
      { kind: 'enrolment', personIds: [first], courseIds: [course] },
      { kind: 'block', personIds: [second] },
    ]);
    await publisher().publish([{ kind: 'person', personIds: [third] }]);
    await eventually(() => expect(heardPeople()).toEqual([first, second, third]));
    expect(performance.now() - since).toBeLessThan(1000);
    expect(heard[0]).toEqual({ at: expect.any(String), kind: 'enrolment', personIds: [first], courseIds: [course] });
  });

  it('when a change names more ids than one may, is split, and names each once', async () => {
    await tail.start();
    const people = Array.from({ length: 12_001 }, id);
    const courses = Array.from({ length: 700 }, id);
    await publisher().publish([{ kind: 'enrolment', personIds: people, courseIds: courses }]);
    await eventually(() => expect(heardPeople()).toHaveLength(people.length));
    expect(heardPeople()).toEqual(people);
    expect(heard.flatMap((one) => (one === 'gap' ? [] : one.courseIds))).toEqual(courses);
  });

  it('when Redis is away, resolves and logs; when it is back, the tail says that something may be missing', async () => {
    await tail.start();
    await server.kill();
    await eventually(() => expect(redis.status).not.toBe('ready'));
    await publisher().publish([{ kind: 'person', personIds: [id()] }]);
    expect(captured.lines).toContainEqual(
      expect.objectContaining({ message: 'directory changes were not announced; pollers find them' }),
    );
    await server.start();
    const later = id();
    await untilHeard(later);
    expect(heard[0]).toBe('gap');
  });

  it('when Redis was emptied or entries were trimmed, says so before the next change', async () => {
    await tail.start();
    const [before, emptied, trimmed] = [id(), id(), id()];
    await untilHeard(before);
    await redis.flushall();
    await publisher().publish([{ kind: 'person', personIds: [emptied] }]);
    await redis.incr(names.directoryPosition);
    await publisher().publish([{ kind: 'person', personIds: [trimmed] }]);
    await eventually(() => expect(heardPeople()).toEqual([before, 'gap', emptied, 'gap', trimmed]));
  });

  it('when an entry cannot be read, says that something is missing and goes on', async () => {
    await tail.start();
    const good = id();
    await redis.xadd(names.directoryChanges, '*', 'position', '7', 'changes', '[{"kind":"person"}]');
    await redis.set(names.directoryPosition, '7');
    await publisher().publish([{ kind: 'person', personIds: [good] }]);
    await eventually(() => expect(heardPeople()).toEqual(['gap', good]));
  });
});
