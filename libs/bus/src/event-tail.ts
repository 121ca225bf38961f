import type { DomainEvent } from '@hallway/contracts';
import { type Log, type OnRound, onRedisLost } from '@hallway/platform';
import type { Redis } from 'ioredis';
import { fieldsOf, type StreamEntry } from './consumer-groups.ts';
import type { EventHeader } from './event-log.ts';
import { createLoop, type Loop } from './loop.ts';
import { allPartitions, type BusNames } from './names.ts';
import { requireConnection } from './require-connection.ts';
import { closeLanes, openStreamLanes, type StreamLane, waitForLanes } from './stream-lanes.ts';

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

interface Position {
  id: string;
  /** Null where nothing was ever announced. */
  position: number | null;
}

/** Follows all event streams from the moment `start` resolves, in order, and notices when it cannot have seen everything. */
export function createEventTail(options: EventTailOptions) {
  const { blocking, names, log, onLost } = options;
  const positions = new Map<number, Position>();
  const streams = allPartitions.map(names.events);
  const lanes = openStreamLanes(blocking, streams);

  function take(partition: number, entry: StreamEntry): void {
    const position = Number(fieldsOf(entry).position);
    const last = positions.get(partition)?.position ?? null;
    positions.set(partition, { id: entry[0], position });
    if (last !== null && position !== last + 1) {
      log.warn({ partition, position, last }, 'the event stream has a gap');
      onLost([partition]);
    }
    handOver(options, partition, entry);
  }

  function followLane({ redis, streams: together, untilClosed }: StreamLane) {
    const partitions = together.map((stream) => streams.indexOf(stream));
    let interrupted = false;
    onRedisLost(redis, () => {
      interrupted = true;
    });

    async function readOnce(): Promise<void> {
      requireConnection(redis);
      const ids = partitions.map((partition) => positions.get(partition)?.id ?? '0-0');
      const read = redis.xread('COUNT', 200, 'BLOCK', 2000, 'STREAMS', ...together, ...ids);
      const reply = (await untilClosed(read)) as [string, StreamEntry[]][] | null;
      // What was committed while Redis was away was perhaps never announced.
      if (interrupted) onLost(partitions);
      interrupted = false;
      for (const [stream, entries] of reply ?? []) {
        for (const entry of entries) take(streams.indexOf(stream), entry);
      }
    }
    return createLoop({ what: 'events', log, step: readOnce, onRound: options.onRound });
  }

  const loops: Loop[] = [];
  return {
    async start(): Promise<void> {
      await waitForLanes(lanes);
      const ends = await Promise.all(streams.map((stream) => findEnd(blocking, stream)));
      for (const [partition, end] of ends.entries()) positions.set(partition, end);
      loops.push(...lanes.map(followLane));
      for (const loop of loops) loop.start();
    },
    async stop(): Promise<void> {
      const stopped = loops.map((loop) => loop.stop());
      closeLanes(lanes);
      await Promise.all(stopped);
    },
  };
}

async function findEnd(blocking: Redis, stream: string): Promise<Position> {
  const [newest] = (await blocking.xrevrange(stream, '+', '-', 'COUNT', 1)) as StreamEntry[];
  return newest ? { id: newest[0], position: Number(fieldsOf(newest).position) } : { id: '0-0', position: null };
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
