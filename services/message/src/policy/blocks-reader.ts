import { openSchoolRecords, toObjectIds } from '@hallway/policy';
import type { Connection } from 'mongoose';

/** Reads who blocked whom among many, always from the database. Has no way to write. */
export function createBlocksReader({ connection }: { connection: Connection }) {
  const { blocks } = openSchoolRecords(connection);

  async function findBlocks(blockers: string[], blocked: string[]): Promise<[string, string][]> {
    const filter = { blockerId: { $in: toObjectIds(blockers) }, blockedId: { $in: toObjectIds(blocked) } };
    const found = await blocks.find({ ...filter, endedAt: null }).toArray();
    return found.map(({ blockerId, blockedId }) => [blockerId.toHexString(), blockedId.toHexString()]);
  }

  return {
    /** Pairs of one of `some` and one of `others` where either blocked the other, whoever it was. Two queries. */
    async listBlocksBetween(some: string[], others: string[]): Promise<[string, string][]> {
      const [ofSome, ofOthers] = await Promise.all([findBlocks(some, others), findBlocks(others, some)]);
      return [...ofSome, ...ofOthers.map(([blocker, blocked]): [string, string] => [blocked, blocker])];
    },
  };
}

export type BlocksReader = ReturnType<typeof createBlocksReader>;
