import type { DomainEvent, RoomMessage } from '@hallway/contracts';
import type { Redis } from 'ioredis';
import { type BusNames, partitionOf } from './names.ts';
import { runScript, type Script } from './scripts.ts';

/** The longest that a gateway may lag, or the worker be away, before it has to ask what it missed. */
const keepMs = 15 * 60_000;

/** Entries that one stream keeps at most, whatever their age. Each holds a whole batch of at most about 1 MB. */
const streamLength = 20_000;

/** What one stream may take of Redis when it is trimmed, whatever its age: 256 MB for all sixteen. */
export const eventStreamBytes = 16 * 1024 * 1024;

/** Whom a batch concerns, so that a gateway can skip it without reading it. */
export interface EventHeader {
  rooms: string[];
  users: string[];
}

// KEYS[1] the stream, KEYS[2] its position. ARGV[1] the stream's length, ARGV[2] the header, ARGV[3] the events.
// Positions are contiguous; on an emptied Redis they begin anew at the time in microseconds, above all that were before,
// so that a reader who finds another position than the next knows that something is missing. Returns the position.
const appendEvents: Script = {
  keys: 2,
  lua: `
local position = redis.call('INCR', KEYS[2])
if position == 1 then
  position = tonumber(redis.call('TIME')[1]) * 1000000
  redis.call('SET', KEYS[2], string.format('%.0f', position))
end
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*',
  'position', string.format('%.0f', position), 'header', ARGV[2], 'events', ARGV[3])
return string.format('%.0f', position)
`,
};

/**
 * Announces events: one entry per partition and call, in the order given. Announcing again after a doubt is harmless,
 * because consumers know an event by its id and a message by its `seq`. Rejects when Redis did not take all of it.
 */
export function createEventLog({ redis, names }: { redis: Redis; names: BusNames }) {
  return async function appendToEventLog(events: DomainEvent[]): Promise<void> {
    const byPartition = Map.groupBy(events, (event) => partitionOf(roomOf(event)));
    await Promise.all(
      [...byPartition].map(([partition, group]) =>
        runScript(redis, appendEvents, [
          names.events(partition),
          names.eventPosition(partition),
          streamLength,
          JSON.stringify(toHeader(group)),
          JSON.stringify(group),
        ]),
      ),
    );
  };
}

// KEYS[1] the stream. ARGV[1] the id of the oldest entry that stays, ARGV[2] the bytes that it may take. What goes beyond is cut by
// the average weight of an entry.
const trimEvents: Script = {
  keys: 1,
  lua: `
redis.call('XTRIM', KEYS[1], 'MINID', '~', ARGV[1])
local bytes = redis.call('MEMORY', 'USAGE', KEYS[1], 'SAMPLES', '0') or 0
local most = tonumber(ARGV[2])
if bytes <= most then return end
redis.call('XTRIM', KEYS[1], 'MAXLEN', '~', math.floor(redis.call('XLEN', KEYS[1]) * most / bytes))
`,
};

/** Takes entries off the streams that are older than a quarter of an hour, and the oldest of a stream over 16 MB. Idempotent. */
export function createTrimEvents({ redis, names }: { redis: Redis; names: BusNames }) {
  return async function trimOldEvents(partitions: readonly number[]): Promise<void> {
    const oldest = `${Date.now() - keepMs}-0`;
    const trim = (partition: number) =>
      runScript(redis, trimEvents, [names.events(partition), oldest, eventStreamBytes]);
    await Promise.all(partitions.map(trim));
  };
}

export type AppendEvents = ReturnType<typeof createEventLog>;

function roomOf(event: DomainEvent): string {
  switch (event.type) {
    case 'message.created':
    case 'message.updated':
      return event.data.message.chatRoomId;
    case 'room.added':
    case 'room.updated':
      return event.data.chatRoom.id;
    case 'room.read':
    case 'room.removed':
      return event.data.chatRoomId;
  }
}

function toHeader(events: DomainEvent[]): EventHeader {
  return { rooms: [...new Set(events.map(roomOf))], users: [...new Set(events.flatMap(usersOf))] };
}

/** Those who are concerned even where their gateway does not know them as members of the room. */
function usersOf(event: DomainEvent): string[] {
  switch (event.type) {
    case 'room.added':
    case 'room.removed':
      return event.data.userIds;
    // The sender's gateway waits for its own event even where the sender is the only one there; the receiver's may not have
    // heard of a new direct room yet.
    case 'message.created':
    case 'message.updated':
      return peopleOf(event.data.message);
    default:
      return [];
  }
}

function peopleOf({ senderId, receiverId }: RoomMessage): string[] {
  return receiverId === null ? [senderId] : [senderId, receiverId];
}
