import { type BusNames, createAckSeconds, createPartitionLag } from '@hallway/bus';
import { countRounds, type Log, type Metrics, watchStores } from '@hallway/platform';
import type { Connections } from './connections.ts';

// Scrapes come every 15 s or so: a value that is a few seconds old is as good as a new one, and costs two reads of Redis.
const lagEveryMs = 5000;

interface MeasureContext {
  connections: Connections;
  names: BusNames;
  log: Log;
}

/** What the message service says about itself. Labels are fixed sets: partitions, roles, kinds. */
export function measureService(metrics: Metrics, { connections, names, log }: MeasureContext) {
  const { mongo, redis, blockingCommands, blockingRequests, subscriber, queue } = connections;
  const roles = { commands: redis, 'command-reader': blockingCommands, 'request-reader': blockingRequests };
  watchStores(metrics, { mongo, redis: { ...roles, replies: subscriber, queue } });
  return {
    ...createBatchMetrics(metrics),
    ackSeconds: createAckSeconds(metrics),
    onRound: countRounds(metrics),
    historyReads: metrics.counter(
      'hallway_history_reads_total',
      'Reads of history: of a page, or of a gap that live delivery left.',
      ['kind'],
    ),
    lag: watchLag(metrics, createPartitionLag({ redis, names }), log),
    watchPartitions(owned: () => number[]): void {
      metrics.observed({
        name: 'hallway_partitions_owned',
        help: 'Partitions of this process; those of all processes together are 16.',
        read: () => [{ value: owned().length }],
      });
    },
  };
}

export type ServiceMetrics = ReturnType<typeof measureService>;

function createBatchMetrics(metrics: Metrics) {
  return {
    batchMessages: metrics.histogram({
      name: 'hallway_commit_batch_size',
      help: 'Commands that one commit carried.',
      buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500],
    }),
    batchSeconds: metrics.histogram({
      name: 'hallway_commit_seconds',
      help: 'Time from reading a batch to its acknowledgement.',
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    }),
  };
}

/** Every message service measures all partitions: one that nobody owns is the one to hear of. */
function watchLag(metrics: Metrics, measure: ReturnType<typeof createPartitionLag>, log: Log) {
  const age = metrics.gauge(
    'hallway_partition_oldest_age_seconds',
    'Age of the oldest command that is not finished; 0 when none waits.',
    ['partition'],
  );
  const waiting = metrics.gauge('hallway_partition_waiting', 'Commands that are not finished.', ['partition']);
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    for (const lag of await measure()) {
      const partition = String(lag.partition);
      age.set({ partition }, lag.oldestAgeSeconds);
      waiting.set({ partition }, lag.waiting);
    }
  }

  return {
    start(): void {
      // While Redis is away the last value stays, and `hallway_redis_up` says why.
      const lookQuietly = () => look().catch((error) => log.debug({ err: error }, 'the lag could not be measured'));
      void lookQuietly();
      timer = setInterval(lookQuietly, lagEveryMs);
      timer.unref();
    },
    stop(): void {
      clearInterval(timer);
    },
  };
}
