import type { Block, BlocksAnswer, MayMessageAnswer } from '@hallway/contracts';
import type { PeopleCache } from './people-cache.ts';
import type { Rest } from './rest.ts';

/** Whom one may write to and why, and the own block list. Every call throws `HallwayError`. */
export interface Blocks {
  /** Whom the caller has blocked, by name. */
  blocks(cursor?: string): Promise<{ blocks: Block[]; nextCursor: string | null }>;
  /**
   * Neither can write to the other from now on. Called again it changes nothing. Throws `FORBIDDEN` for those who stay
   * reachable, such as one's own instructors, with a message that says so.
   */
  blockPerson(userId: string): Promise<void>;
  /** Called again, or for somebody who is not blocked, it changes nothing. */
  unblockPerson(userId: string): Promise<void>;
  /** Throws `NOT_FOUND` for somebody whom the caller cannot know of. */
  mayMessage(userId: string): Promise<MayMessageAnswer>;
}

export function createBlocks({ rest, people }: { rest: Rest; people: Pick<PeopleCache, 'meet'> }): Blocks {
  const pathOf = (userId: string) => `/api/directory/blocks/${encodeURIComponent(userId)}`;
  return {
    async blocks(cursor) {
      const answer = (await rest.get('/api/directory/blocks', { cursor })) as BlocksAnswer;
      people.meet(answer.blocks.map(({ person }) => person));
      return answer;
    },
    async blockPerson(userId) {
      await rest.put(pathOf(userId));
    },
    async unblockPerson(userId) {
      await rest.remove(pathOf(userId));
    },
    async mayMessage(userId) {
      return (await rest.get(`/api/directory/people/${encodeURIComponent(userId)}/may-message`)) as MayMessageAnswer;
    },
  };
}
