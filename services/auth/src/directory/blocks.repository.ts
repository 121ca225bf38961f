import { openSchoolRecords, toObjectIds } from '@hallway/policy';
import type { Connection } from 'mongoose';

export interface StoredBlock {
  blockedId: string;
  blockedAt: Date;
}

/** Who has blocked whom. A block that was lifted stays, ended: services that poll `changedAt` must learn of it. */
export function createBlocksRepository(connection: Connection) {
  const { blocks } = openSchoolRecords(connection);

  return {
    /** The blocks of a person that hold, in no order. One query. */
    async list(blockerId: string): Promise<StoredBlock[]> {
      const [id] = toObjectIds([blockerId]);
      const found = id ? await blocks.find({ blockerId: id, endedAt: null }).toArray() : [];
      return found.map(({ blockedId, createdAt }) => ({ blockedId: blockedId.toHexString(), blockedAt: createdAt }));
    },

    /** Idempotent: a block that holds keeps its time. Answers whether none held until now. */
    async put(blockerId: string, blockedId: string): Promise<boolean> {
      const pair = toPair(blockerId, blockedId);
      const now = new Date();
      const made = { endedAt: null, createdAt: now, changedAt: now };
      // Two writes rather than one that would have to fail on the unique index where the block holds already.
      const { upsertedCount } = await blocks.updateOne(pair, { $setOnInsert: made }, { upsert: true });
      const again = await blocks.updateOne({ ...pair, endedAt: { $ne: null } }, { $set: made });
      return upsertedCount + again.modifiedCount > 0;
    },

    /** Idempotent. Answers whether a block held until now. */
    async end(blockerId: string, blockedId: string): Promise<boolean> {
      const now = new Date();
      const pair = toPair(blockerId, blockedId);
      const ended = await blocks.updateOne({ ...pair, endedAt: null }, { $set: { endedAt: now, changedAt: now } });
      return ended.modifiedCount > 0;
    },
  };
}

export type BlocksRepository = ReturnType<typeof createBlocksRepository>;

function toPair(blocker: string, blocked: string) {
  const [blockerId] = toObjectIds([blocker]);
  const [blockedId] = toObjectIds([blocked]);
  if (!blockerId || !blockedId) throw new TypeError('a block needs the ids of two people');
  return { blockerId, blockedId };
}
