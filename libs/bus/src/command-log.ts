import type { RoomCommand } from '@hallway/contracts';
import { AppError, isRedisAway, isStoreAway } from '@hallway/platform';
import type { Redis } from 'ioredis';
import { type BusNames, partitionOf } from './names.ts';
import { runScript, type Script } from './scripts.ts';

/**
 * Commands that may wait in one partition. At a few thousand a second this is some seconds of work: beyond that a sender is
 * better told to come back than kept waiting.
 */
export const commandsPerPartition = 10_000;

// KEYS[1] the stream. ARGV[1] how many may wait, ARGV[2] the command. Returns the entry's id, or false when it is full.
const appendBounded: Script = {
  keys: 1,
  lua: `
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[1]) then return false end
return redis.call('XADD', KEYS[1], '*', 'command', ARGV[2])
`,
};

/**
 * Puts a send or a change before the owner of its room's partition. Sends of one tick travel in one round trip.
 * Throws `TEMPORARILY_UNAVAILABLE` when nothing was accepted, `OUTCOME_UNKNOWN` when the connection failed half way.
 */
export function createCommandLog({ redis, names }: { redis: Redis; names: BusNames }) {
  return async function appendCommand(command: RoomCommand): Promise<void> {
    if (isRedisAway(redis)) throw unavailable('Redis is away');
    const stream = names.commands(partitionOf(command.chatRoomId));
    const id = await runScript(redis, appendBounded, [stream, commandsPerPartition, JSON.stringify(command)]).catch(
      (error) => {
        if (!isStoreAway(error)) throw error;
        if (wasRefused(error)) throw unavailable('Redis refused the command', error);
        throw new AppError({
          code: 'OUTCOME_UNKNOWN',
          internal: 'the append failed half way',
          retryAfterMs: 1000,
          cause: error,
        });
      },
    );
    if (id === null) throw unavailable('too many commands wait');
  };
}

/** Redis said no, or was never asked: the command is nowhere. */
function wasRefused(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'ReplyError' || error.message.startsWith("Stream isn't writeable");
}

function unavailable(internal: string, cause?: unknown): AppError {
  return new AppError({ code: 'TEMPORARILY_UNAVAILABLE', internal, retryAfterMs: 2000, cause });
}
