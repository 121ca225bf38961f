import type { BlocksAnswer, MayMessageAnswer } from '@hallway/contracts';
import type { Blocks } from './blocks-types.ts';
import type { PeopleCache } from './people-cache.ts';
import type { Rest } from './rest.ts';

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
