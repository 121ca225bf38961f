import type { BlocksAnswer } from '@hallway/contracts';
import type { DirectoryReader } from '@hallway/policy';
import { type PageQuery, toPage } from '../page.ts';
import type { BlocksRepository } from './blocks.repository.ts';

/** Lists whom somebody has blocked, by name. */
export function createListBlocks({ blocks, directory }: { blocks: BlocksRepository; directory: DirectoryReader }) {
  return async function listBlocks(callerId: string, query: PageQuery): Promise<BlocksAnswer> {
    const held = await blocks.list(callerId);
    const people = await directory.findPublicUsers(held.map(({ blockedId }) => blockedId));
    const keyed = held.flatMap(({ blockedId, blockedAt }) => {
      const person = people.get(blockedId);
      if (!person) return [];
      return [{ block: { person, blockedAt: blockedAt.toISOString() }, key: `${person.name}\n${person.id}` }];
    });
    keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
    const { page, nextCursor } = toPage(keyed, ({ key }) => key, query);
    return { blocks: page.map(({ block }) => block), nextCursor };
  };
}

export type ListBlocks = ReturnType<typeof createListBlocks>;
