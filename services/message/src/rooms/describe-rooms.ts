import { type ChatRoom, limits, type PublicUser } from '@hallway/contracts';
import type { DirectoryReader } from '@hallway/policy';
import type { MembershipsRepository } from './memberships.repository.ts';
import type { Room } from './rooms.repository.ts';

export interface DescribeRoomsDeps {
  directory: DirectoryReader;
  memberships: MembershipsRepository;
}

/** Brings rooms into the form of the wire, with the first of their people. One query for the people of all rooms. */
export function createDescribeRooms({ directory, memberships }: DescribeRoomsDeps) {
  async function participantIds(room: Room): Promise<string[]> {
    return room.directIds ?? memberships.listMemberIds(room.id, limits.participantsInRoom);
  }

  return async function describeRooms(rooms: Room[]): Promise<ChatRoom[]> {
    const ids = await Promise.all(rooms.map(participantIds));
    const people = await directory.findPublicUsers([...new Set(ids.flat())]);
    return rooms.map((room, index) => toChatRoom(room, pick(people, ids[index] ?? [])));
  };
}

export type DescribeRooms = ReturnType<typeof createDescribeRooms>;

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
