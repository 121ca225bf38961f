import { isId } from '@hallway/contracts';
import { primariesOf } from '@hallway/platform';
import type { Redis } from 'ioredis';
import type { BusNames } from './names.ts';
import { runScript, type Script } from './scripts.ts';

export interface PendingMark {
  userId: string;
  lastReadSeq: number;
  /** ISO 8601. */
  readAt: string;
}

// KEYS[1] the room's hash of userId → "seq readAt". ARGV: userId, seq, readAt for each mark.
// Keeps the largest seq of each person. Returns nothing of use.
const raiseMarks: Script = {
  keys: 1,
  lua: `
for i = 1, #ARGV, 3 do
  local now = redis.call('HGET', KEYS[1], ARGV[i])
  if not now or tonumber(string.match(now, '^%d+')) < tonumber(ARGV[i + 1]) then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1] .. ' ' .. ARGV[i + 2])
  end
end
return 1
`,
};

// KEYS[1] the room's hash. ARGV: userId, value for each mark that was written. Removes those that have not moved since.
const settleMarks: Script = {
  keys: 1,
  lua: `
for i = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then redis.call('HDEL', KEYS[1], ARGV[i]) end
end
return 1
`,
};

// Well below a millisecond of Redis's time.
const keysPerScan = 1000;

/** Read marks on their way to MongoDB. Each operation is atomic for its room; a mark only ever grows. */
export function createPendingReadMarks({ redis, names }: { redis: Redis; names: BusNames }) {
  return {
    async raise(chatRoomId: string, marks: PendingMark[]): Promise<void> {
      const values = marks.flatMap((mark) => [mark.userId, mark.lastReadSeq, mark.readAt]);
      await runScript(redis, raiseMarks, [names.pendingReadMarks(chatRoomId), ...values]);
    },
    async list(chatRoomId: string): Promise<PendingMark[]> {
      const values = await redis.hgetall(names.pendingReadMarks(chatRoomId));
      return Object.entries(values).map(([userId, value]) => toMark(userId, value));
    },
    /** The mark of one person in each of these rooms, where one is pending. */
    async ofPerson(userId: string, chatRoomIds: string[]): Promise<Map<string, number>> {
      const values = await Promise.all(chatRoomIds.map((id) => redis.hget(names.pendingReadMarks(id), userId)));
      const marks = new Map<string, number>();
      for (const [index, chatRoomId] of chatRoomIds.entries()) {
        const value = values[index];
        if (value) marks.set(chatRoomId, toMark(userId, value).lastReadSeq);
      }
      return marks;
    },
    /** Takes away marks that are now in MongoDB, but for those that have grown meanwhile. */
    async settle(chatRoomId: string, marks: PendingMark[]): Promise<void> {
      const values = marks.flatMap((mark) => [mark.userId, `${mark.lastReadSeq} ${mark.readAt}`]);
      if (values.length > 0) await runScript(redis, settleMarks, [names.pendingReadMarks(chatRoomId), ...values]);
    },
    /**
     * Rooms with pending marks among the next thousand keys or so, wherever they are; `cursor` begins and ends at '0'. A room
     * that has marks all the while is found in every full round, perhaps twice. In a Cluster one node is gone through after the
     * other; a room that moves to a node behind is found in the next round.
     */
    async scanRooms(cursor: string): Promise<{ cursor: string; chatRoomIds: string[] }> {
      const [place = '0', index = '0'] = cursor.split('/');
      const nodes = primariesOf(redis);
      const node = nodes[Number(index)];
      if (!node) return { cursor: '0', chatRoomIds: [] };
      const [next, keys] = await node.scan(place, 'MATCH', names.pendingReadMarks('*'), 'COUNT', keysPerScan);
      const prefixLength = names.pendingReadMarks('').length;
      return {
        cursor: cursorAfter({ next, index: Number(index), nodes: nodes.length }),
        chatRoomIds: keys.map((key) => key.slice(prefixLength)).filter(isId),
      };
    },
  };
}

export type PendingReadMarks = ReturnType<typeof createPendingReadMarks>;

/** The place within a node, and after the first node which one; one Redis has the plain cursors of its own. */
function cursorAfter({ next, index, nodes }: { next: string; index: number; nodes: number }): string {
  if (next !== '0') return index === 0 ? next : `${next}/${index}`;
  return index + 1 < nodes ? `0/${index + 1}` : '0';
}

function toMark(userId: string, value: string): PendingMark {
  const [seq, readAt] = value.split(' ');
  return { userId, lastReadSeq: Number(seq), readAt: readAt ?? '' };
}
