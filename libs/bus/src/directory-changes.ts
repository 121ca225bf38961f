import { DirectoryChange, type DirectoryChangeKind, idsPerDirectoryChange } from '@hallway/contracts';
import { findFaults, isRedisAway, type Log, onRedisLost } from '@hallway/platform';
import type { Redis } from 'ioredis';
import { fieldsOf, type StreamEntry } from './consumer-groups.ts';
import { createLoop } from './loop.ts';
import type { BusNames } from './names.ts';
import { requireConnection } from './require-connection.ts';
import { runScript, type Script } from './scripts.ts';

/** A reader that lags longer than this drops all that it remembers, which it notices by a gap. */
const keepMs = 5 * 60_000;
// An entry is 12 KB on average when a whole roster is imported: at most some 25 MB, and 2,000 entries are a million people.
const streamLength = 2000;
/** Changes in one entry. Each may name 1,000 ids: an entry stays under 300 KB. */
const changesPerEntry = 10;
const readBlockMs = 2000;

// KEYS[1] the stream, KEYS[2] its position. ARGV[1] the stream's length, ARGV[2] the oldest id to keep, ARGV[3] the changes.
// Positions are contiguous; on an emptied Redis they begin anew at the time in microseconds, so that a reader who finds
// another position than the next knows that something is missing. Returns the position.
const appendChanges: Script = {
  keys: 2,
  lua: `
local position = redis.call('INCR', KEYS[2])
if position == 1 then
  position = tonumber(redis.call('TIME')[1]) * 1000000
  redis.call('SET', KEYS[2], string.format('%.0f', position))
end
redis.call('XTRIM', KEYS[1], 'MINID', '~', ARGV[2])
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'position', string.format('%.0f', position), 'changes', ARGV[3])
return string.format('%.0f', position)
`,
};

/** What a publisher says: as many ids as it likes. */
export interface PublishedChange {
  kind: DirectoryChangeKind;
  personIds?: readonly string[];
  courseIds?: readonly string[];
  at?: string;
}

/**
 * Announces that people or courses changed, in the order given, after the change is written. Changes that name more ids than
 * one may are split. Never rejects: where Redis is away it logs, and whoever remembers facts finds the change by polling
 * `changedAt`. Announcing again is harmless.
 */
export function createDirectoryChanges({ redis, names, log }: { redis: Redis; names: BusNames; log: Log }) {
  async function append(changes: DirectoryChange[]): Promise<void> {
    const oldest = `${Date.now() - keepMs}-0`;
    const keys = [names.directoryChanges, names.directoryPosition];
    await runScript(redis, appendChanges, [...keys, streamLength, oldest, JSON.stringify(changes)]);
  }

  return {
    async publish(published: readonly PublishedChange[]): Promise<void> {
      const changes = published.flatMap(split);
      if (changes.length === 0) return;
      try {
        if (isRedisAway(redis)) throw new Error('Redis is away');
        for (let start = 0; start < changes.length; start += changesPerEntry) {
          await append(changes.slice(start, start + changesPerEntry));
        }
      } catch (error) {
        log.warn({ err: error, changes: changes.length }, 'directory changes were not announced; pollers find them');
      }
    },
  };
}

export type DirectoryChanges = ReturnType<typeof createDirectoryChanges>;

function split({ at = new Date().toISOString(), kind, personIds = [], courseIds = [] }: PublishedChange) {
  const changes: DirectoryChange[] = [];
  const size = idsPerDirectoryChange;
  const parts = Math.max(1, Math.ceil(personIds.length / size), Math.ceil(courseIds.length / size));
  for (let part = 0; part < parts; part += 1) {
    const [start, end] = [part * size, (part + 1) * size];
    changes.push({ at, kind, personIds: personIds.slice(start, end), courseIds: courseIds.slice(start, end) });
  }
  return changes;
}

export interface DirectoryChangeTailOptions {
  /** A connection of its own, of kind `blocking`: the loop blocks on it, and `stop` closes it. */
  redis: Redis;
  names: BusNames;
  log: Log;
  /** Called in order, on one call stack; must not throw. */
  onChanges: (changes: DirectoryChange[]) => void;
  /** Changes may have been missed: trimmed away, or a Redis that was away, lost its tail or was emptied. Forget everything. */
  onGap: () => void;
}

/** Follows all changes from the moment `start` resolves, and notices when it cannot have seen every one. */
export function createDirectoryChangeTail({ redis, names, log, onChanges, onGap }: DirectoryChangeTailOptions) {
  let last: { id: string; position: number | null } = { id: '0-0', position: null };
  let interrupted = false;

  function take(entry: StreamEntry): void {
    const fields = fieldsOf(entry);
    const position = Number(fields.position);
    const follows = last.position === null || position === last.position + 1;
    last = { id: entry[0], position };
    const changes = readChanges(fields.changes);
    if (!changes) log.error({ id: entry[0] }, 'an entry of directory changes is malformed');
    if (!follows || !changes) onGap();
    if (changes) onChanges(changes);
  }

  async function readOnce(): Promise<void> {
    requireConnection(redis);
    const reply = await redis.xread('COUNT', 100, 'BLOCK', readBlockMs, 'STREAMS', names.directoryChanges, last.id);
    // What changed while Redis was away was perhaps never announced.
    if (interrupted) onGap();
    interrupted = false;
    for (const entry of (reply?.[0]?.[1] ?? []) as StreamEntry[]) take(entry);
  }

  const loop = createLoop({ what: 'directory changes', log, step: readOnce });
  return {
    /** Rejects when Redis is away. */
    async start(): Promise<void> {
      const [newest] = (await redis.xrevrange(names.directoryChanges, '+', '-', 'COUNT', 1)) as StreamEntry[];
      if (newest) last = { id: newest[0], position: Number(fieldsOf(newest).position) };
      onRedisLost(redis, () => {
        interrupted = true;
      });
      loop.start();
    },
    async stop(): Promise<void> {
      const stopped = loop.stop();
      redis.disconnect();
      await stopped;
    },
  };
}

function readChanges(text: string | undefined): DirectoryChange[] | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    const isRead = Array.isArray(value) && value.every((change) => findFaults(DirectoryChange, change).length === 0);
    return isRead ? (value as DirectoryChange[]) : null;
  } catch {
    return null;
  }
}
