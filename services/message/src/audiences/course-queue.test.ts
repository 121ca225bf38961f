import { describe, expect, it } from 'vitest';
import { createCourseQueue } from './course-queue.ts';

function queueOf(work: (courseId: string) => Promise<void>) {
  const done: string[] = [];
  const failures: unknown[] = [];
  const queue = createCourseQueue({
    work: async (courseId) => {
      done.push(courseId);
      await work(courseId);
    },
    onFailed: (error) => failures.push(error),
    retryMs: 1,
  });
  return { queue, done, failures };
}

describe('createCourseQueue', () => {
  it('when a course is announced during a sweep, does it next, and each once', async () => {
    const gate = Promise.withResolvers<void>();
    const { queue, done } = queueOf(async (courseId) => (courseId === 'a' ? gate.promise : undefined));
    queue.addSwept(['a', 'b', 'c', 'd']);
    queue.addAnnounced(['d']);
    queue.addAnnounced(['d']);
    gate.resolve();
    await expect.poll(() => done).toEqual(['a', 'd', 'b', 'c']);
    await queue.stop();
  });

  it('when nothing is added, and something later, does it', async () => {
    const { queue, done } = queueOf(async () => undefined);
    queue.addSwept([]);
    queue.addAnnounced(['a']);
    await expect.poll(() => done).toEqual(['a']);
    await queue.stop();
  });

  it('when a course changes while it is worked on, does it again', async () => {
    const gate = Promise.withResolvers<void>();
    const { queue, done } = queueOf(() => gate.promise);
    queue.addAnnounced(['a']);
    queue.addAnnounced(['a']);
    gate.resolve();
    await expect.poll(() => done).toEqual(['a', 'a']);
    await queue.stop();
  });

  it('when one fails, goes on with the others and tries it again', async () => {
    let failing = true;
    const { queue, done, failures } = queueOf(async (courseId) => {
      if (courseId !== 'a' || !failing) return;
      failing = false;
      throw new Error('the store is away');
    });
    queue.addSwept(['a', 'b']);
    await expect.poll(() => done).toEqual(['a', 'b', 'a']);
    expect(failures).toHaveLength(1);
    await queue.stop();
  });
});
