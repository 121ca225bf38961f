import { ChangeCommand, isChange, type RoomCommand, SendCommand } from '@hallway/contracts';
import { findFaults, type Log } from '@hallway/platform';
import type { Redis } from 'ioredis';
import { batchSize } from './batches.ts';
import { createConsumerSweep, ensureGroup, fieldsOf, leaveGroup, type StreamEntry } from './consumer-groups.ts';
import { allPartitions, type BusNames } from './names.ts';
import { requireConnection } from './require-connection.ts';
import { openStreamLanes, type StreamLane } from './stream-lanes.ts';

/** Consumer group of the owners of partitions. */
const group = 'owners';

export interface CommandEntry<C extends RoomCommand = RoomCommand> {
  partition: number;
  id: string;
  command: C;
  /** Handed out before, to an owner that did not finish it. */
  redelivered: boolean;
}

export interface CommandReaderOptions {
  /** A connection of its own: `readNew` blocks on it. */
  blocking: Redis;
  redis: Redis;
  names: BusNames;
  log: Log;
  consumer: string;
}

/** Reads the command streams as the one owner of each partition that is asked for. */
export function createCommandReader(options: CommandReaderOptions) {
  const { redis, names, consumer } = options;
  const streams = allPartitions.map(names.commands);
  const reads = createLaneReads(options, streams);

  return {
    /** Makes the consumer group where it is missing, as on a new or emptied Redis. */
    prepare: (partition: number) => ensureGroup(redis, names.commands(partition), group),

    /**
     * What was handed out at least `minIdleMs` ago and is not finished, in the order of the stream, at most one batch; empty
     * only when nothing is left. By default everything: what earlier owners left. With a time, what went missing on its way
     * to this owner, whose reply broke off; call it between batches, for what is in work counts as unfinished too.
     */
    async claimPending(partition: number, minIdleMs = 0): Promise<CommandEntry[]> {
      let cursor = '0-0';
      do {
        const from = [consumer, minIdleMs, cursor, 'COUNT', batchSize] as const;
        const [next, entries] = (await redis.xautoclaim(names.commands(partition), group, ...from)) as Claimed;
        const claimed = toCommandEntries(options, { partition, entries, redelivered: true });
        if (claimed.length > 0) return claimed;
        cursor = next;
      } while (cursor !== '0-0');
      return [];
    },

    /**
     * New commands of the partitions, at most one batch of each; waits up to `blockMs` for the first. In a Cluster, where a
     * read goes on when another brought something first, also what earlier calls asked for.
     */
    readNew: reads.readNew,

    /** What reads that still go on bring, to be committed before the partitions are given back. Never rejects. */
    readLast: reads.readLast,

    /** Acknowledges and deletes finished commands: what is in the stream is what waits. */
    done: (entries: FinishedEntry[]) => finish(options, entries),

    /** Takes owners that died long ago out of the group; does nothing most times. */
    removeDead: createConsumerSweep({ ...options, streams, group }),

    /** In an orderly stop. What is pending keeps this owner's name there until somebody has claimed it. */
    leave: () => leaveGroup(options, { streams, group, consumer }),
  };
}

export type CommandReader = ReturnType<typeof createCommandReader>;

/** Reads by lanes, which are one on a single Redis: each call is then one read, and none outlives it. */
function createLaneReads(options: CommandReaderOptions, streams: string[]) {
  const lanes = openStreamLanes(options.blocking, streams);
  const underWay = new Map<StreamLane, Promise<void>>();
  let arrived: CommandEntry[] = [];
  let failure: unknown = null;

  function begin(lane: StreamLane, partitions: number[], blockMs: number): void {
    const wanted = partitions.filter((partition) => lane.streams.includes(options.names.commands(partition)));
    if (wanted.length === 0 || underWay.has(lane)) return;
    const read = readLane({ ...options, blocking: lane.redis }, wanted, blockMs).then(
      (entries) => void arrived.push(...entries),
      (error: unknown) => {
        failure = error;
      },
    );
    underWay.set(
      lane,
      read.then(() => void underWay.delete(lane)),
    );
  }

  /** After a failure everything that was handed out is claimed again in its order: what came beside it counts with that. */
  function takeArrived(): CommandEntry[] {
    const [entries, error] = [arrived, failure];
    arrived = [];
    failure = null;
    if (error !== null) throw error;
    return entries;
  }

  return {
    async readNew(partitions: number[], blockMs: number): Promise<CommandEntry[]> {
      const until = performance.now() + blockMs;
      for (const lane of lanes) begin(lane, partitions, blockMs);
      while (arrived.length === 0 && failure === null && underWay.size > 0 && performance.now() < until) {
        await Promise.race(underWay.values());
      }
      return takeArrived();
    },
    async readLast(): Promise<CommandEntry[]> {
      await Promise.all(underWay.values());
      failure = null;
      return takeArrived();
    },
  };
}

async function readLane(options: CommandReaderOptions, partitions: number[], blockMs: number): Promise<CommandEntry[]> {
  const { blocking, names, consumer } = options;
  const wanted = partitions.map(names.commands);
  requireConnection(blocking);
  const take = ['COUNT', batchSize, 'BLOCK', blockMs, 'STREAMS', ...wanted, ...wanted.map(() => '>')] as const;
  const reply = (await blocking.xreadgroup('GROUP', group, consumer, ...take)) as [string, StreamEntry[]][] | null;
  return (reply ?? []).flatMap(([stream, entries]) =>
    toCommandEntries(options, { partition: partitions[wanted.indexOf(stream)] ?? 0, entries, redelivered: false }),
  );
}

/** Where to go on, `0-0` at the end, and the entries. */
type Claimed = [next: string, entries: StreamEntry[]];

type FinishedEntry = Pick<CommandEntry, 'partition' | 'id'>;

async function finish({ redis, names }: CommandReaderOptions, finished: FinishedEntry[]): Promise<void> {
  const byPartition = Map.groupBy(finished, (entry) => entry.partition);
  await Promise.all(
    [...byPartition].flatMap(([partition, entries]) => {
      const ids = entries.map((entry) => entry.id);
      return [redis.xack(names.commands(partition), group, ...ids), redis.xdel(names.commands(partition), ...ids)];
    }),
  );
}

interface ReadEntries {
  partition: number;
  entries: StreamEntry[];
  redelivered: boolean;
}

/** A malformed command is logged and finished: it would come back for ever. */
function toCommandEntries(options: CommandReaderOptions, { partition, entries, redelivered }: ReadEntries) {
  const good: CommandEntry[] = [];
  const bad: FinishedEntry[] = [];
  for (const entry of entries) {
    const command = parseCommand(fieldsOf(entry).command);
    if (command) good.push({ partition, id: entry[0], command, redelivered });
    else bad.push({ partition, id: entry[0] });
  }
  if (bad.length > 0) {
    options.log.error({ partition, count: bad.length }, 'malformed commands were dropped');
    finish(options, bad).catch((error) => options.log.warn({ err: error }, 'malformed commands stay pending'));
  }
  return good;
}

function parseCommand(text: string | undefined): RoomCommand | null {
  try {
    const value = JSON.parse(text ?? '') as RoomCommand;
    return findFaults(isChange(value) ? ChangeCommand : SendCommand, value).length === 0 ? value : null;
  } catch {
    return null;
  }
}
