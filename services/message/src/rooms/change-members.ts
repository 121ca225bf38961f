import { limits } from '@hallway/contracts';
import { AppError, validationFailed } from '@hallway/platform';
import type { AnnounceRooms } from './announce-rooms.ts';
import type { CheckMembers } from './check-members.ts';
import type { CountMembers } from './count-members.ts';
import type { AccessManagedRoom, FindStanding } from './find-standing.ts';
import type { KeepOwner } from './keep-owner.ts';
import type { MembershipsRepository } from './memberships.repository.ts';
import { findWriteRefusal, mayManage } from './room-rules.ts';
import type { RoomsRepository } from './rooms.repository.ts';
import type { RoomsOfManyRepository } from './rooms-of-many.repository.ts';

export interface ChangeMembersDeps {
  findStanding: FindStanding;
  accessManagedRoom: AccessManagedRoom;
  checkMembers: CheckMembers;
  rooms: RoomsRepository;
  roomsOfMany: RoomsOfManyRepository;
  memberships: MembershipsRepository;
  countMembers: CountMembers;
  keepOwner: KeepOwner;
  announceRooms: AnnounceRooms;
}

export interface ChangeMembers {
  callerId: string;
  roomId: string;
}

/**
 * Adds people, all of them or none; who is a member stays as they are. They start with nothing unread. Answers those who were
 * no members before. Throws NOT_FOUND, FORBIDDEN, MESSAGING_NOT_ALLOWED, RECIPIENT_NOT_FOUND, VALIDATION_FAILED.
 */
export function createAddMembers(deps: ChangeMembersDeps) {
  const { accessManagedRoom, checkMembers, rooms, roomsOfMany, memberships } = deps;

  async function insert(roomId: string, userIds: string[], guestIds: ReadonlySet<string>): Promise<string[]> {
    const joinedSeq = (await rooms.findRooms([roomId])).get(roomId)?.lastSeq ?? 0;
    const added = await memberships.addMembers({ roomId, userIds, joinedSeq, guestIds });
    if (await roomsOfMany.isOpen(roomId)) return added;
    // Deleted in the same moment: whoever came too late must not stay behind in it.
    await memberships.removeMembers(roomId, added);
    throw new AppError({ code: 'NOT_FOUND', internal: 'the room was deleted meanwhile' });
  }

  return async function addMembers({ callerId, roomId, userIds }: ChangeMembers & { userIds: string[] }) {
    const standing = await accessManagedRoom(roomId, callerId);
    const known = new Set((await memberships.findExisting(roomId, userIds)).map(({ userId }) => userId));
    const fresh = [...new Set(userIds)].filter((userId) => !known.has(userId));
    if (fresh.length === 0) return { added: [] };
    const refusal = findWriteRefusal(standing);
    if (refusal) throw refusal;
    const memberIds = await memberships.listMemberIds(roomId, limits.membersPerRoom);
    const guestIds = await checkMembers({ adder: standing.person, userIds: fresh, room: standing.room, memberIds });
    if (memberIds.length + fresh.length > limits.membersPerRoom) {
      throw validationFailed([
        { path: '/userIds', message: `must not bring a room over ${limits.membersPerRoom} people` },
      ]);
    }
    const added = await insert(roomId, fresh, guestIds);
    await deps.countMembers(roomId);
    await deps.announceRooms.changed(roomId, { added });
    return { added };
  };
}

export type AddMembersUseCase = ReturnType<typeof createAddMembers>;

/**
 * Takes somebody out of a room, or lets the caller leave. Access ends with the write, and sockets hear of it on the same
 * stream as of messages. Taking out who is no member changes nothing. Whom an enrolment puts into a room stays as long as the
 * enrolment: CONFLICT. Throws NOT_FOUND and FORBIDDEN.
 */
export function createRemoveMember(deps: ChangeMembersDeps) {
  const { findStanding, memberships } = deps;

  async function remove(roomId: string, userId: string): Promise<void> {
    const gone = await memberships.removeMembers(roomId, [userId], 'manual');
    if (gone.length === 0) return assertNoMember(memberships, roomId, userId);
    await deps.announceRooms.removed(roomId, gone);
    await deps.keepOwner(roomId);
    await deps.countMembers(roomId);
    await deps.announceRooms.changed(roomId);
  }

  return async function removeMember({ callerId, roomId, userId }: ChangeMembers & { userId: string }): Promise<void> {
    const standing = await findStanding(roomId, callerId);
    const mayRemove = standing.room.directIds === null && (callerId === userId || mayManage(standing));
    if (!mayRemove) throw new AppError({ code: 'FORBIDDEN', internal: 'the caller does not manage the room' });
    await remove(roomId, userId);
  };
}

export type RemoveMemberUseCase = ReturnType<typeof createRemoveMember>;

async function assertNoMember(memberships: MembershipsRepository, roomId: string, userId: string): Promise<void> {
  const [membership] = await memberships.findExisting(roomId, [userId]);
  if (!membership) return;
  throw new AppError({
    code: 'CONFLICT',
    message: 'This person is in the room because they belong to its course, and leaves it with the course.',
    internal: 'the membership follows an enrolment',
  });
}
