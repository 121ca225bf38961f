import { createBoundedCache } from '@hallway/platform';
import type { RoomIdentity } from './accessible-room.ts';
import type { MembershipsRepository } from './memberships.repository.ts';
import type { RoomsRepository } from './rooms.repository.ts';

export interface FindPairsDeps {
  rooms: Pick<RoomsRepository, 'findSmallGroups'>;
  memberships: Pick<MembershipsRepository, 'listMemberIds'>;
  now?: () => number;
}

// As fresh as everything else that access hangs on; in a lively room that still saves nearly every read.
const freshForMs = 1000;
// Groups that somebody writes in within a second; 100 bytes each.
const rememberedGroups = 20_000;

/** The ids of the members of each group of two among these rooms, by room. A group of two is a conversation of two people. */
export function createFindPairs({ rooms, memberships, now = Date.now }: FindPairsDeps) {
  const cache = createBoundedCache<string, { pair: string[] | null; at: number }>(rememberedGroups);

  async function refresh(groupIds: string[], at: number): Promise<void> {
    const small = await rooms.findSmallGroups(groupIds);
    for (const id of groupIds) cache.set(id, { pair: null, at });
    for (const id of small) {
      // The number that a room shows comes after the memberships; three are no pair whatever it says.
      const members = await memberships.listMemberIds(id, 3);
      cache.set(id, { pair: members.length === 2 ? members : null, at });
    }
  }

  return async function findPairs(asked: Pick<RoomIdentity, 'id' | 'type'>[]): Promise<Map<string, string[]>> {
    const at = now();
    const groups = [...new Set(asked.filter(({ type }) => type === 'group').map(({ id }) => id))];
    await refresh(
      groups.filter((id) => at - (cache.get(id)?.at ?? Number.NEGATIVE_INFINITY) >= freshForMs),
      at,
    );
    return new Map(groups.flatMap((id) => (cache.get(id)?.pair ? [[id, cache.get(id)?.pair ?? []] as const] : [])));
  };
}

export type FindPairs = ReturnType<typeof createFindPairs>;
