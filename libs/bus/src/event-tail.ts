import type { DomainEvent } from '@hallway/contracts';
import type { Log } from '@hallway/platform';
import type { Redis } from 'ioredis';
import { fieldsOf, type StreamEntry } from './consumer-groups.ts';
import type { EventHeader } from './event-log.ts';
import { createLoop } from './loop.ts';
import { allPartitions, type BusNames } from './names.ts';
import { requireConnection } from './require-connection.ts';

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
  let interrupted = false;

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

  async function readOnce(): Promise<void> {
    requireConnection(blocking);
    const ids = allPartitions.map((partition) => positions.get(partition)?.id ?? '0-0');
    const reply = (await blocking.xread('COUNT', 200, 'BLOCK', 2000, 'STREAMS', ...streams, ...ids)) as
      | [string, StreamEntry[]][]
      | null;
    // What was committed while Redis was away was perhaps never announced.
    if (interrupted) onLost(allPartitions);
    interrupted = false;
    for (const [stream, entries] of reply ?? []) {
      const partition = streams.indexOf(stream);
      for (const entry of entries) take(partition, entry);
    }
  }

  const loop = createLoop({ what: 'events', log, step: readOnce });
  return {
    async start(): Promise<void> {
      const ends = await Promise.all(streams.map((stream) => findEnd(blocking, stream)));
      for (const [partition, end] of ends.entries()) positions.set(partition, end);
      blocking.on('close', () => {
        interrupted = true;
      });
      loop.start();
    },
    async stop(): Promise<void> {
      const stopped = loop.stop();
      blocking.disconnect();
      await stopped;
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
