import { jobCatalogue } from '@hallway/contracts';
import { createRedis } from '@hallway/platform';
import { pino } from 'pino';

interface Orphan {
  killedAt: number;
  takenAt: string | null;
}

const queue = jobCatalogue['notification.deliver'].queue;

/**
 * Follows the notification jobs that a killed worker had in hand, in the keys of BullMQ: the list of active jobs, and the
 * `processedOn` of each, which changes when a worker takes it again. Only reads.
 */
export async function watchQueue(redisUrl: string, onTakenAgain: (afterMs: number) => void) {
  const redis = createRedis({ url: redisUrl, log: pino({ level: 'silent' }), role: 'chaos', kind: 'blocking' });
  const orphans = new Map<string, Orphan>();

  const takenAt = (job: string): Promise<string | null> => redis.hget(job, 'processedOn');

  return {
    /** To be called when a killed worker is surely gone, and before the next one is there. */
    async noteOrphans(killedAt: number): Promise<void> {
      for (const list of await redis.keys(`*:${queue}:active`)) {
        for (const id of await redis.lrange(list, 0, -1)) {
          const job = `${list.slice(0, -'active'.length)}${id}`;
          if (!orphans.has(job)) orphans.set(job, { killedAt, takenAt: await takenAt(job) });
        }
      }
    },
    /** Looks which of them have been taken again, or are done already. Answers how many are left. */
    async look(): Promise<number> {
      for (const [job, orphan] of orphans) {
        const now = await takenAt(job);
        if (now === orphan.takenAt && now !== null) continue;
        orphans.delete(job);
        onTakenAgain((now === null ? Date.now() : Number(now)) - orphan.killedAt);
      }
      return orphans.size;
    },
    close: () => redis.disconnect(),
  };
}
