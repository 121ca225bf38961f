import type { RoomAccess } from './access-room.ts';
import type { AnnounceRooms } from './announce-rooms.ts';
import type { AccessManagedRoom } from './find-standing.ts';
import type { MembershipsRepository } from './memberships.repository.ts';
import type { RoomsOfManyRepository } from './rooms-of-many.repository.ts';

export interface DeleteRoomDeps {
  accessManagedRoom: AccessManagedRoom;
  access: Pick<RoomAccess, 'forgetRoom'>;
  memberships: MembershipsRepository;
  roomsOfMany: RoomsOfManyRepository;
  announceRooms: AnnounceRooms;
}

const removedAtOnce = 1000;
const halfDeletedAtOnce = 100;

/**
 * Takes a room away from all its members at once. Its messages stay in the database, out of everybody's reach, until the
 * institution's rules of retention take them: a deletion must not be a way to make evidence vanish. A crash half way is
 * finished by `finishDeletions`.
 */
export function createDeleteRoom(deps: DeleteRoomDeps) {
  const { accessManagedRoom, access, memberships, roomsOfMany, announceRooms } = deps;

  async function empty(roomId: string): Promise<void> {
    for (;;) {
      const page = await memberships.listMembers(roomId, { limit: removedAtOnce });
      if (page.length === 0) break;
      const gone = await memberships.removeMembers(
        roomId,
        page.map(({ userId }) => userId),
      );
      await announceRooms.removed(roomId, gone);
    }
    await roomsOfMany.setMemberCount(roomId, 0);
  }

  return {
    async deleteRoom({ callerId, roomId }: { callerId: string; roomId: string }): Promise<void> {
      await accessManagedRoom(roomId, callerId);
      await roomsOfMany.markDeleted(roomId);
      access.forgetRoom(roomId);
      await empty(roomId);
    },
    async finishDeletions(): Promise<void> {
      for (const roomId of await roomsOfMany.listHalfDeleted(halfDeletedAtOnce)) await empty(roomId);
    },
  };
}

export type DeleteRoomUseCases = ReturnType<typeof createDeleteRoom>;
