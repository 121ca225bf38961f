import type { Log } from '@hallway/platform';
import type { Redis } from 'ioredis';
import { runScript, type Script } from './scripts.ts';

/** Makes a consumer group at the beginning of a stream, and the stream, where they are missing. */
export async function ensureGroup(redis: Redis, stream: string, group: string): Promise<void> {
  await redis.xgroup('CREATE', stream, group, '0', 'MKSTREAM').catch((error: Error) => {
    if (!error.message.startsWith('BUSYGROUP')) throw error;
  });
}

// KEYS[1] the stream. ARGV[1] the group, ARGV[2] the only consumer to look at or empty for all, ARGV[3] how long it must have
// asked for nothing, in milliseconds. Removes consumers with nothing pending; in one step, because removing one forgets what
// it was handed meanwhile. Returns how many were removed; 0 also where the stream or the group is missing.
const removeIdle: Script = {
  keys: 1,
  lua: `
local known = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
if known.err then return 0 end
local removed = 0
for _, fields in ipairs(known) do
  local consumer = {}
  for index = 1, #fields, 2 do consumer[fields[index]] = fields[index + 1] end
  local meant = ARGV[2] == '' or ARGV[2] == consumer.name
  if meant and consumer.pending == 0 and consumer.idle >= tonumber(ARGV[3]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer.name)
    removed = removed + 1
  end
end
return removed
`,
};

interface ConsumersOfGroup {
  streams: readonly string[];
  group: string;
}

/**
 * Takes a consumer that reads no more out of its group. Where something is pending for it, it stays: without it nobody could
 * claim that. Idempotent.
 */
export async function removeConsumer(
  redis: Redis,
  { streams, group, consumer }: ConsumersOfGroup & { consumer: string },
): Promise<void> {
  await Promise.all(streams.map((stream) => runScript(redis, removeIdle, [stream, group, consumer, 0])));
}

/**
 * Takes consumers out of their group that have asked for nothing for `idleMs` and have nothing pending: they died, and others
 * have claimed what they left. One that was merely frozen loses nothing: its next read makes it again. Resolves with how
 * many went, counted per stream.
 */
export async function removeIdleConsumers(
  redis: Redis,
  { streams, group, idleMs }: ConsumersOfGroup & { idleMs: number },
): Promise<number> {
  const removed = await Promise.all(streams.map((stream) => runScript(redis, removeIdle, [stream, group, '', idleMs])));
  return removed.reduce<number>((sum, count) => sum + Number(count), 0);
}

export interface ConsumerSweepOptions extends ConsumersOfGroup {
  redis: Redis;
  log: Log;
  /** When a consumer without anything pending counts as dead. */
  deadAfterMs?: number | undefined;
  /** How often dead consumers are looked for. */
  sweepEveryMs?: number | undefined;
}

// A living consumer asks every second. An hour is far beyond any pause, and a few names more cost nothing meanwhile.
const defaultDeadAfterMs = 3_600_000;
const defaultSweepEveryMs = 600_000;

/** Takes dead consumers out of their group, at most once in `sweepEveryMs` however often it is called. */
export function createConsumerSweep(options: ConsumerSweepOptions) {
  const { redis, log, streams, group } = options;
  const { deadAfterMs = defaultDeadAfterMs, sweepEveryMs = defaultSweepEveryMs } = options;
  let sweptAt = 0;

  return async function removeDead(): Promise<void> {
    if (Date.now() - sweptAt < sweepEveryMs) return;
    sweptAt = Date.now();
    const removed = await removeIdleConsumers(redis, { streams, group, idleMs: deadAfterMs });
    if (removed > 0) log.info({ group, removed }, 'dead consumers were taken out of their group');
  };
}

/** Leaves a group in an orderly stop. Never rejects: what stays is found dead by others. */
export async function leaveGroup(
  { redis, log }: { redis: Redis; log: Log },
  member: ConsumersOfGroup & { consumer: string },
): Promise<void> {
  await removeConsumer(redis, member).catch((error) => {
    log.debug({ err: error, consumer: member.consumer }, 'a consumer stays in its group until others find it dead');
  });
}

/** An entry of a stream; its fields are null when it was deleted while it was pending. */
export type StreamEntry = [id: string, fields: string[] | null];

/** The fields of an entry by name. */
export function fieldsOf([, fields]: StreamEntry): Record<string, string | undefined> {
  const record: Record<string, string> = {};
  for (let index = 0; index + 1 < (fields?.length ?? 0); index += 2) {
    record[fields?.[index] ?? ''] = fields?.[index + 1] ?? '';
  }
  return record;
}
