import type { Job } from 'bullmq';

export type DueJob = Pick<Job, 'timestamp' | 'delay' | 'attemptsMade' | 'processedOn' | 'opts'>;

/**
 * The time from which a job could run, in milliseconds: the first time when its own delay has passed, again when its back-off
 * has. Of a job that waits again the queue no longer knows how long it stood back; jitter only shortens that, so the time is
 * too late rather than too early by half a back-off at most.
 */
export function dueAt({ timestamp, delay, attemptsMade, processedOn, opts }: DueJob): number {
  if (attemptsMade === 0 || processedOn === undefined) return timestamp + (opts.delay ?? 0);
  return processedOn + (delay > 0 ? delay : longestBackoffMs(opts.backoff, attemptsMade));
}

function longestBackoffMs(backoff: DueJob['opts']['backoff'], attemptsMade: number): number {
  const first = typeof backoff === 'object' ? (backoff.delay ?? 0) : (backoff ?? 0);
  return first * 2 ** (attemptsMade - 1);
}
