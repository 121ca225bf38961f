import {
  isId,
  limits,
  type MyRoomAnswer,
  type RefusalReason,
  type RoomMembersAnswer,
  type WriteRefusal,
} from '@hallway/contracts';
import { AppError, spendToken, type TokenBuckets, validationFailed } from '@hallway/platform';
import type { DirectoryReader } from '@hallway/policy';
import type { DescribeRooms } from './describe-rooms.ts';
import type { FindRefusalNow } from './find-refusal-now.ts';
import type { FindStanding } from './find-standing.ts';
import type { MembershipsRepository } from './memberships.repository.ts';
import { mayManage, mayModerate } from './room-rules.ts';
import type { RoomsRepository } from './rooms.repository.ts';

export interface DescribeMyRoomDeps {
  findStanding: FindStanding;
  rooms: RoomsRepository;
  describeRooms: DescribeRooms;
  findRefusalNow: FindRefusalNow;
}

/** A room as one of its members has it, and whether a send would go out now. Throws NOT_FOUND. */
export function createDescribeMyRoom({ findStanding, rooms, describeRooms, findRefusalNow }: DescribeMyRoomDeps) {
  return async function describeMyRoom(roomId: string, userId: string): Promise<MyRoomAnswer> {
    const standing = await findStanding(roomId, userId);
    const room = (await rooms.findRooms([roomId])).get(roomId);
    const [chatRoom] = room ? await describeRooms([room]) : [];
    if (!chatRoom) throw new AppError({ code: 'NOT_FOUND', internal: 'the room went away' });
    const refusal = await findRefusalNow(standing);
    return {
      chatRoom,
      me: {
        roomRole: standing.room.membership?.role ?? 'member',
        source: standing.room.membership?.source ?? 'manual',
        canManage: mayManage(standing),
        canModerate: mayModerate(standing),
        canWrite: refusal === null,
      },
      refusal: refusal && toWriteRefusal(refusal),
    };
  };
}

export type DescribeMyRoom = ReturnType<typeof createDescribeMyRoom>;

function toWriteRefusal(refusal: AppError): WriteRefusal {
  const details = refusal.details as { reason?: RefusalReason } | undefined;
  return { reason: details?.reason ?? null, explanation: refusal.toBody('').message };
}

export interface ListMembersDeps {
  findStanding: FindStanding;
  memberships: MembershipsRepository;
  directory: Pick<DirectoryReader, 'findPublicUsers'>;
  /** How fast one person may read lists of members, in this process. */
  memberBuckets: TokenBuckets;
}

export interface ListMembersQuery {
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** The people of a room, by id. One page is one range of memberships and one query for the people. Throws NOT_FOUND and RATE_LIMITED. */
export function createListMembers({ findStanding, memberships, directory, memberBuckets }: ListMembersDeps) {
  return async function listMembers(
    { roomId, callerId }: { roomId: string; callerId: string },
    { limit = limits.pageDefault, cursor }: ListMembersQuery,
  ): Promise<RoomMembersAnswer> {
    if (cursor !== undefined && !isId(cursor)) {
      throw validationFailed([{ path: '/cursor', message: 'is not a cursor of this list' }]);
    }
    spendToken(memberBuckets, callerId, 'reads of members');
    await findStanding(roomId, callerId);
    const found = await memberships.listMembers(roomId, { after: cursor, limit: limit + 1 });
    const page = found.slice(0, limit);
    const people = await directory.findPublicUsers(page.map(({ userId }) => userId));
    const members = page.flatMap(({ userId, role, joinedAt, source }) => {
      const person = people.get(userId);
      return person ? [{ ...person, roomRole: role, joinedAt: joinedAt.toISOString(), source }] : [];
    });
    return { members, nextCursor: found.length > limit ? (page.at(-1)?.userId ?? null) : null };
  };
}

export type ListMembersUseCase = ReturnType<typeof createListMembers>;
