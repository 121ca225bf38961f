import type { MembershipsRepository } from './memberships.repository.ts';
import type { RoomsOfManyRepository } from './rooms-of-many.repository.ts';

export interface CountMembersDeps {
  memberships: MembershipsRepository;
  roomsOfMany: RoomsOfManyRepository;
}

// Each round is lost only to a change of the same room in the same milliseconds.
const maxRounds = 5;

/**
 * Brings the number of members that a room shows up to date, after its memberships changed. Of several who do it at once the
 * last one to write looks again, so that what stays is true.
 */
export function createCountMembers({ memberships, roomsOfMany }: CountMembersDeps) {
  return async function countMembers(roomId: string): Promise<number> {
    let count = await memberships.countMembers(roomId);
    for (let round = 0; round < maxRounds; round += 1) {
      await roomsOfMany.setMemberCount(roomId, count);
      const again = await memberships.countMembers(roomId);
      if (again === count) return count;
      count = again;
    }
    return count;
  };
}

export type CountMembers = ReturnType<typeof createCountMembers>;
