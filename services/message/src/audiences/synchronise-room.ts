import type { Log } from '@hallway/platform';
import type { AnnounceRooms } from '../rooms/announce-rooms.ts';
import type { CountMembers } from '../rooms/count-members.ts';
import type { KeepOwner } from '../rooms/keep-owner.ts';
import type { Membership, MembershipsRepository } from '../rooms/memberships.repository.ts';
import type { RoomsRepository } from '../rooms/rooms.repository.ts';
import type { RoomsOfManyRepository } from '../rooms/rooms-of-many.repository.ts';
import type { AudienceReader } from './audience-reader.ts';

export interface SynchroniseRoomDeps {
  rooms: RoomsRepository;
  roomsOfMany: RoomsOfManyRepository;
  memberships: MembershipsRepository;
  audienceReader: Pick<AudienceReader, 'audienceOf'>;
  countMembers: CountMembers;
  keepOwner: KeepOwner;
  announceRooms: AnnounceRooms;
  log: Log;
}

const membersPerPage = 1000;
const addedAtOnce = 500;
// A round follows another only where enrolments, or another service's round, changed the room in the same moment.
const maxRounds = 10;

interface Difference {
  leaving: string[];
  coming: string[];
  /** Members by hand whom an enrolment now keeps in the room, and will take out of it. */
  enrolled: string[];
}

/**
 * Brings the members of a room that follows enrolments to what the enrolments say. Going comes before coming. It looks again
 * until nothing is left to do: of several services that do it at once, with enrolments read at different times, the last look
 * is at the newest. Who was brought in by hand stays. Does nothing to other rooms.
 */
export function createSynchroniseRoom(deps: SynchroniseRoomDeps) {
  const { rooms, roomsOfMany, memberships, announceRooms } = deps;

  async function apply(roomId: string, { leaving, coming, enrolled }: Difference): Promise<void> {
    const gone = await memberships.removeMembers(roomId, leaving, 'audience');
    await announceRooms.removed(roomId, gone);
    await memberships.follow(roomId, enrolled);
    const joinedSeq = (await rooms.findRooms([roomId])).get(roomId)?.lastSeq ?? 0;
    const added: string[] = [];
    for (let start = 0; start < coming.length; start += addedAtOnce) {
      const userIds = coming.slice(start, start + addedAtOnce);
      added.push(...(await memberships.addMembers({ roomId, userIds, joinedSeq, source: 'audience' })));
    }
    await deps.keepOwner(roomId);
    await deps.countMembers(roomId);
    if (gone.length > 0 || added.length > 0) await announceRooms.changed(roomId, { added });
    deps.log.info({ chatRoomId: roomId, added: added.length, removed: gone.length }, 'a room followed its course');
  }

  return async function synchroniseRoom(roomId: string): Promise<void> {
    const room = (await rooms.findRooms([roomId])).get(roomId);
    if (!room?.audience) return;
    for (let round = 0; round < maxRounds; round += 1) {
      if (!(await roomsOfMany.isOpen(roomId))) return;
      const members = await listAll(memberships, roomId);
      const difference = compare(members, await deps.audienceReader.audienceOf(room.audience));
      if (difference.leaving.length + difference.coming.length + difference.enrolled.length === 0) return;
      await apply(roomId, difference);
    }
    deps.log.warn({ chatRoomId: roomId }, 'a room changes faster than it can be followed');
  };
}

export type SynchroniseRoom = ReturnType<typeof createSynchroniseRoom>;

/** Pure. */
export function compare(members: Pick<Membership, 'userId' | 'source'>[], audience: ReadonlySet<string>): Difference {
  const present = new Set(members.map(({ userId }) => userId));
  const idsOf = (some: Pick<Membership, 'userId'>[]) => some.map(({ userId }) => userId);
  return {
    leaving: idsOf(members.filter(({ userId, source }) => source === 'audience' && !audience.has(userId))),
    coming: [...audience].filter((userId) => !present.has(userId)),
    enrolled: idsOf(members.filter(({ userId, source }) => source === 'manual' && audience.has(userId))),
  };
}

async function listAll(memberships: MembershipsRepository, roomId: string): Promise<Membership[]> {
  const all: Membership[] = [];
  for (;;) {
    const page = await memberships.listMembers(roomId, { after: all.at(-1)?.userId, limit: membersPerPage });
    all.push(...page);
    if (page.length < membersPerPage) return all;
  }
}
