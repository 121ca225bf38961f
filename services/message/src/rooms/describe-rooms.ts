import { type ChatRoom, limits, type PublicUser } from '@hallway/contracts';
import type { DirectoryReader } from '@hallway/policy';
import type { MembershipsRepository } from './memberships.repository.ts';
import type { Room } from './rooms.repository.ts';

export interface DescribeRoomsDeps {
  directory: DirectoryReader;
  memberships: MembershipsRepository;
}

// A room's count is written after its members: those who have just come must not crowd out the members of other rooms.
const roomForNewcomers = 2;

/**
 * Brings rooms into the form of the wire, with the first of their people. One query for the members of all rooms that name all of
 * theirs, one for each larger room, and one for the people of all.
 */
export function createDescribeRooms({ directory, memberships }: DescribeRoomsDeps) {
  async function participantIds(rooms: Room[]): Promise<string[][]> {
    const ofMany = rooms.filter(({ directIds }) => directIds === null);
    const [large, small] = [ofMany.filter(isLarge), ofMany.filter((room) => !isLarge(room))];
    const [ofSmall, ...ofLarge] = await Promise.all([
      memberships.listMemberIdsByRoom(
        small.map(({ id }) => id),
        small.length * limits.participantsInRoom * roomForNewcomers,
      ),
      ...large.map(({ id }) => memberships.listMemberIds(id, limits.participantsInRoom)),
    ]);
    const byRoom = new Map([...ofSmall, ...large.map(({ id }, index) => [id, ofLarge[index] ?? []] as const)]);
    return rooms.map(({ id, directIds }) => directIds ?? (byRoom.get(id) ?? []).slice(0, limits.participantsInRoom));
  }

  return async function describeRooms(rooms: Room[]): Promise<ChatRoom[]> {
    const ids = await participantIds(rooms);
    const people = await directory.findPublicUsers([...new Set(ids.flat())]);
    return rooms.map((room, index) => toChatRoom(room, pick(people, ids[index] ?? [])));
  };
}

export type DescribeRooms = ReturnType<typeof createDescribeRooms>;

/** More members than are named. */
function isLarge({ memberCount }: Room): boolean {
  return memberCount > limits.participantsInRoom;
}

function pick(people: Map<string, PublicUser>, ids: string[]): PublicUser[] {
  return ids.flatMap((id) => people.get(id) ?? []);
}

function toChatRoom(room: Room, participants: PublicUser[]): ChatRoom {
  return {
    id: room.id,
    type: room.type,
    title: room.title,
    courseId: room.courseId,
    participants,
    participantCount: room.memberCount,
    lastSeq: room.lastSeq,
    createdAt: room.createdAt.toISOString(),
    ...(room.type === 'direct' ? {} : { historyFrom: room.historyFrom }),
    ...(room.audience === null ? {} : { audience: room.audience }),
  };
}
