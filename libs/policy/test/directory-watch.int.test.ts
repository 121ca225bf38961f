import { createBusNames, createDirectoryChanges } from '@hallway/bus';
import type { DirectoryChange } from '@hallway/contracts';
import { createRedis, waitForRedis } from '@hallway/platform';
import {
  captureLog,
  createFaultProxy,
  createSchool,
  eventually,
  type FaultProxy,
  type OwnRedis,
  startOwnRedis,
  useTestEngines,
} from '@hallway/testkit';
import type { Redis } from 'ioredis';
import mongoose, { type Connection } from 'mongoose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDirectoryWatch, createFactsReader, createPolicyFacts, openSchoolRecords } from '../src/index.ts';

let connection: Connection;
let server: OwnRedis;
let proxy: FaultProxy;
let redis: Redis;
let watch: ReturnType<typeof createDirectoryWatch>;
let facts: ReturnType<typeof createPolicyFacts>;
let heard: (DirectoryChange | 'gap')[];
const engines = useTestEngines();
const names = createBusNames(engines.redisPrefix);
const { log } = captureLog();

beforeEach(async () => {
  heard = [];
  server = await startOwnRedis();
  const { hostname, port } = new URL(server.url);
  proxy = await createFaultProxy({ target: { host: hostname, port: Number(port) } });
  redis = createRedis({ url: server.url, log, role: 'test', kind: 'commands' });
  const blocking = createRedis({
    url: `redis://${proxy.host}:${proxy.port}`,
    log,
    role: 'test-watch',
    kind: 'blocking',
  });
  connection = await mongoose.createConnection(engines.mongoUri).asPromise();
  await waitForRedis(redis);
  watch = createDirectoryWatch({ connection, redis: blocking, names, log });
  facts = createPolicyFacts({ reader: createFactsReader(connection) });
  watch.subscribe(facts);
  watch.subscribe({ onChanges: (changes) => heard.push(...changes), onGap: () => heard.push('gap') });
});
afterEach(async () => {
  await watch.stop();
  redis.disconnect();
  await proxy.close();
  await server.remove();
  await connection.dropDatabase();
  await connection.close();
});

/** A student whose facts are remembered; `msUntilGone` ends the enrolment and waits until the facts say so. */
async function setUp() {
  const school = createSchool(connection);
  const student = await school.person('student');
  const course = await school.course({ [student.id]: 'student' });
  await watch.start();
  const courses = async () => (await facts.factsOf([student.id])).get(student.id)!.courses;
  expect(await courses()).toHaveLength(1);
  async function msUntilGone({ announce }: { announce: boolean }): Promise<number> {
    await school.leaveCourses(student.id);
    const since = performance.now();
    const change = { kind: 'enrolment', personIds: [student.id], courseIds: [course.id] } as const;
    if (announce) await createDirectoryChanges({ redis, names, log }).publish([change]);
    return eventually(
      async () => {
        expect(await courses()).toEqual([]);
        return performance.now() - since;
      },
      { withinMs: 10_000 },
    );
  }
  return { school, student, course, courses, msUntilGone };
}

describe('the watch of the directory', () => {
  it('when a change is announced, makes facts forget within a second', async () => {
    const { msUntilGone } = await setUp();
    expect(await msUntilGone({ announce: true })).toBeLessThan(1000);
  });

  it('when a change is never announced, finds it within six seconds, and tells it once', async () => {
    const { msUntilGone, student, course } = await setUp();
    heard = [];
    expect(await msUntilGone({ announce: false })).toBeLessThan(6000);
    const enrolments = heard.filter((one) => one !== 'gap' && one.kind === 'enrolment');
    expect(enrolments).toEqual([
      { at: expect.any(String), kind: 'enrolment', personIds: [student.id], courseIds: [course.id] },
    ]);
  });

  it.each(['is gone', 'hangs'])('when Redis %s, finds a change within six seconds', async (how) => {
    const { msUntilGone } = await setUp();
    if (how === 'hangs') proxy.setFaults({ halfOpen: true });
    else await server.kill();
    expect(await msUntilGone({ announce: false })).toBeLessThan(6000);
  });

  it('when every kind of record changes, says who and what is concerned', async () => {
    const { school, student } = await setUp();
    const [parent, other] = [await school.person('parent'), await school.person('student')];
    const course = await school.course({});
    await school.guardian(parent.id, student.id);
    const { blocks } = openSchoolRecords(connection);
    const toId = (id: string) => new mongoose.Types.ObjectId(id);
    await blocks.insertOne({
      blockerId: toId(student.id),
      blockedId: toId(other.id),
      endedAt: null,
      createdAt: new Date(),
      changedAt: new Date(),
    });
    await eventually(
      () => {
        const told = heard.flatMap((one) => (one === 'gap' ? [] : [[one.kind, one.personIds, one.courseIds]]));
        expect(told).toContainEqual(['guardianship', [parent.id, student.id], []]);
        expect(told).toContainEqual(['block', [student.id, other.id], []]);
        expect(told).toContainEqual(['course', [], expect.arrayContaining([course.id])]);
        expect(told).toContainEqual(['person', expect.arrayContaining([parent.id, other.id]), []]);
      },
      { withinMs: 8000 },
    );
  });

  it('when more changes than are worth telling, says that everything may have', async () => {
    const { student } = await setUp();
    const { enrolments } = openSchoolRecords(connection);
    const now = new Date();
    const many = Array.from({ length: 2001 }, () => ({
      courseId: new mongoose.Types.ObjectId(),
      userId: new mongoose.Types.ObjectId(student.id),
      role: 'student' as const,
      createdAt: now,
      changedAt: now,
    }));
    await enrolments.insertMany(many);
    await eventually(() => expect(heard).toContain('gap'), { withinMs: 8000 });
  });
});
