import { AppError } from '@hallway/platform';
import { captureLog } from '@hallway/testkit';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPendingAnswers, createReplyPublisher } from './answers.ts';
import { createBusNames } from './names.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const onTimeout = () => new AppError({ code: 'OUTCOME_UNKNOWN' });

/** What became of each request by its name. */
function expectAll(requests: Record<string, { withinMs: number; partition?: number }>) {
  const pending = createPendingAnswers();
  const ended: string[] = [];
  for (const [name, options] of Object.entries(requests)) {
    pending.expect(name, { ...options, onTimeout }).then(
      () => ended.push(`${name} answered`),
      () => ended.push(`${name} given up`),
    );
  }
  return { pending, ended };
}

describe('doubt', () => {
  it('when partitions are named, gives up their commands early and leaves other commands and questions alone', async () => {
    const { pending, ended } = expectAll({
      doubted: { withinMs: 6000, partition: 3 },
      elsewhere: { withinMs: 6000, partition: 4 },
      question: { withinMs: 6000 },
    });
    pending.doubt([2, 3], 1500);
    await vi.advanceTimersByTimeAsync(1499);
    expect(ended).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toEqual(['doubted given up']);
    await vi.advanceTimersByTimeAsync(4500);
    expect(ended).toEqual(['doubted given up', 'elsewhere given up', 'question given up']);
  });

  it('when the answer comes after all, hands it over', async () => {
    const { pending, ended } = expectAll({ late: { withinMs: 6000, partition: 3 } });
    pending.doubt([3], 1500);
    await vi.advanceTimersByTimeAsync(1400);
    pending.settle({ requestId: 'late', ok: true, value: {} });
    await vi.advanceTimersByTimeAsync(6000);
    expect(ended).toEqual(['late answered']);
  });

  it('when doubted again and again, does not move the end any further away', async () => {
    const { pending, ended } = expectAll({ doubted: { withinMs: 2000, partition: 3 } });
    for (let time = 0; time < 2000; time += 500) {
      pending.doubt([3], 1500);
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(ended).toEqual(['doubted given up']);
  });
});

describe('putQuestionsAgain', () => {
  it('when a question is still open after the time given, puts it once more, and never a third time', async () => {
    const pending = createPendingAnswers();
    const put: string[] = [];
    const expectOne = (name: string) =>
      pending.expect(name, { withinMs: 6000, onTimeout, putAgain: () => put.push(name) }).catch(() => undefined);
    const [open, answered] = [expectOne('open'), expectOne('answered')];
    const command = pending.expect('command', { withinMs: 6000, onTimeout, partition: 3 }).catch(() => undefined);
    pending.putQuestionsAgain(1000);
    pending.settle({ requestId: 'answered', ok: true, value: {} });
    await vi.advanceTimersByTimeAsync(999);
    expect(put).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(put).toEqual(['open']);
    pending.putQuestionsAgain(1000);
    await vi.advanceTimersByTimeAsync(6000);
    expect(put).toEqual(['open']);
    await Promise.all([open, answered, command]);
  });
});

describe('createReplyPublisher', () => {
  it('when Redis is away, sends the answer when it is back, and gives up after a second', async () => {
    const { log, lines } = captureLog();
    let tries = 0;
    const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const published: string[] = [];
    const redis = {
      async publish(_channel: string, text: string) {
        tries += 1;
        if (tries < 4 || text.includes('lost')) throw away;
        published.push(text);
      },
    } as unknown as Redis;
    const publish = createReplyPublisher({ redis, names: createBusNames('t'), log });
    publish('me', [{ requestId: 'kept', ok: true, value: 1 }]);
    await vi.advanceTimersByTimeAsync(300);
    expect(published).toEqual(['[{"requestId":"kept","ok":true,"value":1}]']);
    expect(lines).toEqual([]);
    publish('me', [{ requestId: 'lost', ok: true, value: 1 }]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(lines.map(({ message }) => message)).toEqual(['answers could not be sent']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
