import type { DomainEvent } from '@hallway/contracts';
import type { Log, OnRound } from '@hallway/platform';
import type { Redis } from 'ioredis';
import { createConsumerSweep, ensureGroup, fieldsOf, leaveGroup, type StreamEntry } from './consumer-groups.ts';
import { createLoop, type Loop } from './loop.ts';
import { allPartitions, type BusNames } from './names.ts';
import { requireConnection } from './require-connection.ts';
import { openStreamLanes, type StreamLane, waitForLanes } from './stream-lanes.ts';

export interface EventConsumerOptions {
  /** A connection of its own: the loop blocks on it. */
  blocking: Redis;
  redis: Redis;
  names: BusNames;
  log: Log;
  group: string;
  consumer: string;
  /** At least once, in the order of each partition. A rejection leaves the entries for another try. */
  handle: (events: DomainEvent[]) => Promise<void>;
  /** When a consumer without anything pending counts as dead. */
  deadAfterMs?: number;
  /** How often dead consumers are looked for. */
  sweepEveryMs?: number;
  onRound?: OnRound;
}

// An entry that its consumer has not finished after this long belongs to a consumer that died.
const abandonedAfterMs = 30_000;
const claimEveryMs = 10_000;

/**
 * Reads all event streams as one consumer group, so that each event is handled by one of its members. A consumer that stops
 * in order leaves the group; those that died are taken out when nothing of theirs is left.
 */
export function createEventConsumer(options: EventConsumerOptions) {
  const { blocking, redis, names, log, group, consumer } = options;
  const streams = allPartitions.map(names.events);
  const removeDead = createConsumerSweep({ ...options, streams });
  const lanes = openStreamLanes(blocking, streams);

  async function prepare(): Promise<void> {
    await Promise.all(streams.map((stream) => ensureGroup(redis, stream, group)));
  }

  function followLane(lane: StreamLane): Loop {
    const readLane = createReadLane(options, lane);
    async function step(): Promise<void> {
      await removeDead();
      await readLane();
    }
    return createLoop({ what: 'events', log, step, recover: prepare, onRound: options.onRound });
  }

  const loops = lanes.map(followLane);
  return {
    async start(): Promise<void> {
      await waitForLanes(lanes);
      await prepare();
      for (const loop of loops) loop.start();
    },
    /** Resolves when what was in hand is done. What failed stays pending, and the consumer with it, for others to claim. */
    async stop(): Promise<void> {
      await Promise.all(loops.map((loop) => loop.stop()));
      await leaveGroup(options, { streams, group, consumer });
    },
  };
}

/** One round on one lane: what others abandoned from time to time, then what is new. */
function createReadLane({ redis, log, group, consumer, handle }: EventConsumerOptions, lane: StreamLane) {
  let claimedAt = 0;

  async function take(stream: string, entries: StreamEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await handle(entries.flatMap((entry) => readEvents(entry, log)));
    await redis.xack(stream, group, ...entries.map(([id]) => id));
  }

  async function claimAbandoned(): Promise<void> {
    if (Date.now() - claimedAt < claimEveryMs) return;
    claimedAt = Date.now();
    for (const stream of lane.streams) {
      const reply = await redis.xautoclaim(stream, group, consumer, abandonedAfterMs, '0', 'COUNT', 100);
      await take(stream, (reply as [string, StreamEntry[]])[1]);
    }
  }

  return async function readLane(): Promise<void> {
    await claimAbandoned();
    requireConnection(lane.redis);
    const streams = ['STREAMS', ...lane.streams, ...lane.streams.map(() => '>')] as const;
    const reply = (await lane.redis.xreadgroup(
      ...(['GROUP', group, consumer, 'COUNT', 100, 'BLOCK', 1000, ...streams] as const),
    )) as [string, StreamEntry[]][] | null;
    for (const [stream, entries] of reply ?? []) await take(stream, entries);
  };
}

/** The events of an entry; a malformed one is logged and counts as handled, or it would come back for ever. */
function readEvents(entry: StreamEntry, log: Log): DomainEvent[] {
  try {
    return JSON.parse(fieldsOf(entry).events ?? '') as DomainEvent[];
  } catch (error) {
    log.error({ err: error }, 'an event entry is malformed');
    return [];
  }
}
