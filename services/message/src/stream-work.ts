import {
  type BusNames,
  createCommandReader,
  createReplyPublisher,
  createRequestServer,
  createTrimEvents,
  type PendingAnswers,
} from '@hallway/bus';
import type { Log, Tracing } from '@hallway/platform';
import type { PolicySettings } from '@hallway/policy';
import type { Connections } from './connections.ts';
import { createCommitBatch } from './partitions/commit-batch.ts';
import { createPartitionLeases } from './partitions/partition-leases.ts';
import { createPartitionOwner } from './partitions/partition-owner.ts';
import { createRoomRequests } from './rooms/room-requests.ts';
import type { ServiceMetrics } from './service-metrics.ts';
import type { UseCases } from './use-cases.ts';

export interface StreamWorkContext extends Pick<ServiceMetrics, 'batchMessages' | 'batchSeconds' | 'onRound'> {
  connections: Connections;
  names: BusNames;
  log: Log;
  instance: string;
  pending: PendingAnswers;
  useCases: UseCases;
  settings: PolicySettings;
  tracing: Tracing;
}

/** What the service does for others over Redis: commits the commands of its partitions and answers requests. */
export function buildStreamWork(context: StreamWorkContext) {
  const { connections, names, log, instance, pending, useCases, tracing, batchMessages, batchSeconds, onRound } =
    context;
  const { redis, blockingCommands, blockingRequests } = connections;
  const publishAnswers = createReplyPublisher({ redis, names, log });
  const reader = createCommandReader({ blocking: blockingCommands, redis, names, log, consumer: instance });
  const commitBatch = createCommitBatch({
    ...useCases,
    reader,
    publishAnswers,
    pending,
    instance,
    tracing,
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
    onRound,
  });
  const requests = createRequestServer({
    blocking: blockingRequests,
    redis,
    names,
    log,
    consumer: instance,
    handlers: createRoomRequests(useCases),
    publishAnswers,
    onRound,
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
