import { randomBytes } from 'node:crypto';
import { createRedis, waitForRedis } from '@hallway/platform';
import { captureLog, eventually, useTestEngines } from '@hallway/testkit';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createAsk,
  createBusNames,
  createPendingAnswers,
  createReplyPublisher,
  createRequestServer,
  listenForReplies,
  type RequestHandlers,
} from '../src/index.ts';

const engines = useTestEngines();
const names = createBusNames(engines.redisPrefix);
const { log, lines } = captureLog();
const id = () => randomBytes(12).toString('hex');
const instance = 'test-instance';
const pending = createPendingAnswers();
const published: string[] = [];
let redis: Redis;
let subscriber: Redis;
let blocking: Redis;
let server: ReturnType<typeof createRequestServer>;
let handle: RequestHandlers['person.rooms'];

const unused = async (): Promise<never> => {
  throw new Error('not asked here');
};

beforeAll(async () => {
  const open = (kind: 'commands' | 'subscriber' | 'blocking') =>
    createRedis({ url: engines.redisUrl, log, role: `test-${kind}`, kind });
  [redis, subscriber, blocking] = [open('commands'), open('subscriber'), open('blocking')];
  await Promise.all([redis, subscriber, blocking].map((client) => waitForRedis(client)));
  await listenForReplies({ subscriber, names, instance, pending, log });
  subscriber.on('message', (_channel, text: string) => published.push(text));
  server = createRequestServer({
    blocking,
    redis,
    names,
    log,
    consumer: 'test',
    publishAnswers: createReplyPublisher({ redis, names, log }),
    handlers: {
      'person.rooms': (params) => handle(params),
      'room.open': unused,
      'rooms.resume': unused,
      'room.mark-read': unused,
      'people.reachable': unused,
      'people.pairs': unused,
      'room.may-write': unused,
    },
  });
  await server.start();
});
afterAll(async () => {
  await server?.stop();
  for (const client of [redis, subscriber, blocking]) client?.disconnect();
});

const ask = () => createAsk({ redis, names, instance, pending })('person.rooms', { userId: id() });

describe('the request server', () => {
  it('when more is asked than it may work on at once, works on 64 and answers all in the end', async () => {
    let inWork = 0;
    let most = 0;
    const { promise: opened, resolve: openGate } = Promise.withResolvers<void>();
    handle = async () => {
      inWork += 1;
      most = Math.max(most, inWork);
      await opened;
      inWork -= 1;
      return { chatRoomIds: [] };
    };
    const answers = Promise.all(Array.from({ length: 300 }, ask));
    await eventually(() => expect(inWork).toBe(64));
    await eventually(async () => expect(await redis.xlen(names.requests)).toBe(300));
    openGate();
    expect(await answers).toHaveLength(300);
    expect(most).toBe(64);
  });

  it('when a handler throws what is no error, answers INTERNAL and goes on', async () => {
    handle = () => Promise.reject(null);
    await expect(ask()).rejects.toMatchObject({ code: 'INTERNAL' });
    handle = async () => ({ chatRoomIds: ['one'] });
    expect(await ask()).toEqual({ chatRoomIds: ['one'] });
  });

  it('when an answer is over 8 MB, or cannot be written, answers INTERNAL and logs it', async () => {
    handle = async () => ({ chatRoomIds: ['é'.repeat(5 * 1024 * 1024)] });
    await expect(ask()).rejects.toMatchObject({ code: 'INTERNAL' });
    handle = async () => ({ chatRoomIds: [10n as never] });
    await expect(ask()).rejects.toMatchObject({ code: 'INTERNAL' });
    const complaints = lines.filter((line) => line.message === 'an answer is too large to be sent');
    expect(complaints).toHaveLength(2);
  });

  it('when the one who asked has given up meanwhile, sends nothing', async () => {
    const { promise: opened, resolve: openGate } = Promise.withResolvers<void>();
    let asked = 0;
    let answered = 0;
    handle = async () => {
      asked += 1;
      await opened;
      answered += 1;
      return { chatRoomIds: ['too-late'] };
    };
    const deadline = Date.now() + 400;
    const request = { name: 'person.rooms', requestId: 'late', instance, params: { userId: id() }, deadline };
    await redis.xadd(names.requests, '*', 'request', JSON.stringify(request));
    await eventually(() => expect(asked).toBe(1));
    await eventually(() => expect(Date.now()).toBeGreaterThan(deadline));
    openGate();
    await eventually(() => expect(answered).toBe(1));
    handle = async () => ({ chatRoomIds: ['in time'] });
    await ask();
    expect(published.join()).toContain('in time');
    expect(published.join()).not.toContain('too-late');
  });
});

describe('a question whose answer is lost with the connection', () => {
  it('is put once more when the answers can be heard again', async () => {
    const channel = names.replies(instance);
    const witness = createRedis({ url: engines.redisUrl, log, role: 'test-witness', kind: 'subscriber' });
    await waitForRedis(witness);
    await witness.subscribe(channel);
    const heard: string[] = [];
    witness.on('message', (_channel, text: string) => heard.push(text));
    let asked = 0;
    handle = async () => {
      asked += 1;
      if (asked === 1) await subscriber.unsubscribe(channel);
      return { chatRoomIds: [`answer ${asked}`] };
    };
    const answer = ask();
    // It went to nobody who had asked.
    await eventually(() => expect(heard.join()).toContain('answer 1'));
    await subscriber.subscribe(channel);
    subscriber.disconnect(true);
    expect(await answer).toEqual({ chatRoomIds: ['answer 2'] });
    expect(asked).toBe(2);
    witness.disconnect();
  });
});

describe('createReplyPublisher', () => {
  it('when many answers are too large only together, sends each of them', async () => {
    const values = Array.from({ length: 3 }, (_, index) => `${index}${'x'.repeat(4 * 1024 * 1024)}`);
    const answers = values.map((value, index) => ({ requestId: `part-${index}`, ok: true as const, value }));
    const got = answers.map(({ requestId }) =>
      pending.expect(requestId, { withinMs: 10_000, onTimeout: () => unusedError() }),
    );
    createReplyPublisher({ redis, names, log })(instance, answers);
    expect(await Promise.all(got)).toEqual(values);
  });
});

function unusedError(): never {
  throw new Error('an answer is missing');
}
