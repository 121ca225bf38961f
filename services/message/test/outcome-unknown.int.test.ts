import { randomUUID } from 'node:crypto';
import { allPartitions, createBusNames } from '@hallway/bus';
import { createRedis } from '@hallway/platform';
import { captureLog, eventually } from '@hallway/testkit';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MessageFixture, startMessageFixture } from './message-fixture.ts';

let fixture: MessageFixture;
let redis: Redis;

beforeAll(async () => {
  fixture = await startMessageFixture();
  redis = createRedis({ url: fixture.config.REDIS_URL, log: captureLog().log, role: 'test', kind: 'blocking' });
});
afterAll(async () => {
  redis?.disconnect();
  await fixture?.stop();
});

/** Somebody who holds every partition and does nothing: a service that hangs. */
async function hang(withinMs: number): Promise<void> {
  const names = createBusNames(fixture.config.REDIS_PREFIX);
  for (const partition of allPartitions)
    await redis.set(names.partitionLease(partition), 'a-service-that-hangs', 'PX', withinMs);
}

describe('a send that nobody answers', () => {
  it('when its owner hangs, answers OUTCOME_UNKNOWN with a time; repeated later, it is stored once', async () => {
    const a = await fixture.school.person('admin');
    const b = await fixture.school.person('student');
    await fixture.call(a, 'POST /api/message/chat-room', { participantId: b.id });
    await hang(12_000);
    await eventually(() => expect(fixture.services[0]?.ownedPartitions()).toEqual([]));
    // A read that was under way when the lease went may still bring one command in; the next one waits in vain.
    const { send, status, body, headers } = await eventually(async () => {
      const attempt = { to: b.id, text: 'are you there?', clientMessageId: randomUUID() };
      const answer = await fixture.call(a, 'POST /api/messages', attempt);
      expect(answer.status).not.toBe(201);
      return { send: attempt, ...answer };
    });
    expect([status, body.error.code, body.error.retryable]).toEqual([503, 'OUTCOME_UNKNOWN', true]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    await eventually(
      async () => {
        const again = await fixture.call(a, 'POST /api/messages', send);
        expect(again.status).toBe(200);
      },
      { withinMs: 15_000, everyMs: 500 },
    );
    const { body: history } = await fixture.call(b, `GET /api/messages/${a.id}`);
    const ids = history.messages.map((message: { clientMessageId: string }) => message.clientMessageId);
    expect(ids.filter((id: string) => id === send.clientMessageId)).toHaveLength(1);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
