import {
  type BusNames,
  createCommandReader,
  createReplyPublisher,
  createRequestServer,
  createTrimEvents,
  type PendingAnswers,
} from '@hallway/bus';
import type { Log, Metrics } from '@hallway/platform';
import type { PolicySettings } from '@hallway/policy';
import type { Connections } from './connections.ts';
import { createCommitBatch } from './partitions/commit-batch.ts';
import { createPartitionLeases } from './partitions/partition-leases.ts';
import { createPartitionOwner } from './partitions/partition-owner.ts';
import { createRoomRequests } from './rooms/room-requests.ts';
import type { UseCases } from './use-cases.ts';

export interface StreamWorkContext {
  connections: Connections;
  names: BusNames;
  log: Log;
  instance: string;
  pending: PendingAnswers;
  useCases: UseCases;
  settings: PolicySettings;
  metrics: Metrics;
}

/** What the service does for others over Redis: commits the commands of its partitions and answers requests. */
export function buildStreamWork({ connections, names, log, instance, pending, useCases, metrics }: StreamWorkContext) {
  const { redis, blockingCommands, blockingRequests } = connections;
  const publishAnswers = createReplyPublisher({ redis, names, log });
  const reader = createCommandReader({ blocking: blockingCommands, redis, names, log, consumer: instance });
  const { batchMessages, batchSeconds } = createBatchMetrics(metrics);
  const commitBatch = createCommitBatch({
    ...useCases,
    reader,
    publishAnswers,
    pending,
    instance,
    log,
    onCommitted: ({ messages, seconds }) => {
      batchMessages.observe(messages);
      batchSeconds.observe(seconds);
    },
  });
  const owner = createPartitionOwner({
    leases: createPartitionLeases({ redis, names, instance }),
    reader,
    commitBatch,
    trimEvents: createTrimEvents({ redis, names }),
    log,
  });
  const requests = createRequestServer({
    blocking: blockingRequests,
    redis,
    names,
    log,
    consumer: instance,
    handlers: createRoomRequests(useCases),
    publishAnswers,
  });
  return {
    ownedPartitions: owner.partitions,
    async start(): Promise<void> {
      await owner.start();
      await requests.start();
    },
    /** Requests first: what is asked meanwhile goes to another service. */
    async stop(): Promise<void> {
      await requests.stop();
      await owner.stop();
    },
  };
}

function createBatchMetrics(metrics: Metrics) {
  return {
    batchMessages: metrics.histogram({
      name: 'message_batch_size',
      help: 'Commands that one commit carried.',
      buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500],
    }),
    batchSeconds: metrics.histogram({
      name: 'message_commit_seconds',
      help: 'Time from reading a batch to its acknowledgement.',
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    }),
  };
}
