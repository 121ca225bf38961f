import type { DomainEvent } from '@hallway/contracts';
import { type Log, type OnRound, onRedisLost } from '@hallway/platform';
import type { Redis } from 'ioredis';
import { fieldsOf, type StreamEntry } from './consumer-groups.ts';
import type { EventHeader } from './event-log.ts';
import { createLoop, type Loop } from './loop.ts';
import { allPartitions, type BusNames } from './names.ts';
import { requireConnection } from './require-connection.ts';
import { closeLanes, openStreamLanes, type StreamLane, waitForLanes } from './stream-lanes.ts';
import { createTailPositions, findStreamEnd } from './tail-positions.ts';

export interface EventBatch {
  partition: number;
  header: EventHeader;
  /** Reads the events; call it only when the header concerns somebody. */
  events: () => DomainEvent[];
}

export interface EventTailOptions {
  /** A connection of its own: the loop blocks on it. */
  blocking: Redis;
  names: BusNames;
  log: Log;
  /** Called in the order of each partition, on one call stack; must not throw. */
  onBatch: (batch: EventBatch) => void;
  /** Something may have been missed: trimmed away, or a Redis that was away, lost its tail or was emptied. */
  onLost: (partitions: readonly number[]) => void;
  onRound?: OnRound;
}

/** Follows all event streams from the moment `start` resolves, in order, and notices when it cannot have seen everything. */
export function createEventTail(options: EventTailOptions) {
  const { blocking, names, log } = options;
  const positions = createTailPositions();
  const streams = allPartitions.map(names.events);
  const lanes = openStreamLanes(blocking, streams);
  const loops: Loop[] = [];
  return {
    async start(): Promise<void> {
      await waitForLanes(lanes);
      const ends = await Promise.all(streams.map((stream) => findStreamEnd(blocking, stream)));
      for (const [partition, end] of ends.entries()) positions.beginAt(partition, end);
      const follow = (lane: StreamLane) =>
        createLoop({
          what: 'events',
          log,
          step: createLaneReader(options, { lane, streams, positions }),
          onRound: options.onRound,
        });
      loops.push(...lanes.map(follow));
      for (const loop of loops) loop.start();
    },
    async stop(): Promise<void> {
      const stopped = loops.map((loop) => loop.stop());
      closeLanes(lanes);
      await Promise.all(stopped);
    },
  };
}

interface LaneToRead {
  lane: StreamLane;
  /** Of all partitions, in their order. */
  streams: readonly string[];
  positions: ReturnType<typeof createTailPositions>;
}

/** Reads the streams of one lane once, and waits up to two seconds for something new. */
function createLaneReader(options: EventTailOptions, { lane, streams, positions }: LaneToRead) {
  const { redis, streams: together, untilClosed } = lane;
  const partitions = together.map((stream) => streams.indexOf(stream));
  let interrupted = false;
  let isTold = false;
  onRedisLost(redis, () => {
    interrupted = true;
  });

  /** Where something is missing in one stream, others may have lost something as well: it is said of all, and once. */
  function tellLoss(): void {
    if (!isTold) options.onLost(partitions);
    isTold = true;
  }

  async function settleLoss(): Promise<void> {
    if (!isTold) return;
    const ends = await untilClosed(Promise.all(together.map((stream) => findStreamEnd(redis, stream))));
    for (const [index, end] of ends.entries()) positions.toldAt(partitions[index] ?? 0, end);
    isTold = false;
  }

  function take(partition: number, entry: StreamEntry): void {
    if (positions.isBehindGap(partition, entry)) {
      options.log.warn({ partition, id: entry[0] }, 'the event stream has a gap');
      tellLoss();
    }
    positions.taken(partition, entry);
    handOver(options, partition, entry);
  }

  return async function readOnce(): Promise<void> {
    requireConnection(redis);
    const read = redis.xread('COUNT', 200, 'BLOCK', 2000, 'STREAMS', ...together, ...partitions.map(positions.idOf));
    const reply = (await untilClosed(read)) as [string, StreamEntry[]][] | null;
    // What was committed while Redis was away was perhaps never announced. Told anew where it went away again meanwhile.
    if (interrupted) {
      isTold = false;
      tellLoss();
    }
    interrupted = false;
    await settleLoss();
    for (const [stream, entries] of reply ?? []) {
      for (const entry of entries) take(streams.indexOf(stream), entry);
    }
    await settleLoss();
  };
}

function handOver({ log, onBatch }: EventTailOptions, partition: number, entry: StreamEntry): void {
  try {
    const { header, events } = fieldsOf(entry);
    onBatch({
      partition,
      header: JSON.parse(header ?? '') as EventHeader,
      events: () => JSON.parse(events ?? '') as DomainEvent[],
    });
  } catch (error) {
    log.error({ err: error, partition, id: entry[0] }, 'an event entry could not be handled');
  }
}
