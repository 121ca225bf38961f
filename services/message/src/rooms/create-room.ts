import type { CreateRoomBody } from '@hallway/contracts';
import { AppError, spendToken, type TokenBuckets } from '@hallway/platform';
import type { SynchroniseRoom } from '../audiences/synchronise-room.ts';
import { newObjectId } from '../object-ids.ts';
import type { FindPeopleFacts } from '../policy/people-facts.ts';
import type { RoomAccess } from './access-room.ts';
import type { AnnounceRooms } from './announce-rooms.ts';
import type { CheckMembers } from './check-members.ts';
import type { MembershipsRepository } from './memberships.repository.ts';
import type { PlanRoom, RoomPlan } from './plan-room.ts';
import type { Room, RoomsRepository } from './rooms.repository.ts';
import type { RoomsOfManyRepository } from './rooms-of-many.repository.ts';

export interface CreateRoomDeps {
  access: RoomAccess;
  findPeopleFacts: FindPeopleFacts;
  planRoom: PlanRoom;
  checkMembers: CheckMembers;
  rooms: RoomsRepository;
  roomsOfMany: RoomsOfManyRepository;
  memberships: MembershipsRepository;
  synchroniseRoom: SynchroniseRoom;
  announceRooms: AnnounceRooms;
  /** How fast one person may make rooms, in this process. */
  roomBuckets: TokenBuckets;
}

export interface CreateRoom {
  callerId: string;
  body: CreateRoomBody;
}

interface People {
  memberIds: string[];
  /** Those of them who do not belong to the room's course. */
  guestIds: ReadonlySet<string>;
}

/**
 * Makes a room of many with its people, all of them or none. The same `clientRoomId` of the same person is answered with the
 * room that it made first, or NOT_FOUND where that is theirs no longer. Throws FORBIDDEN, MESSAGING_NOT_ALLOWED or RECIPIENT_NOT_FOUND (with the person in `details`),
 * VALIDATION_FAILED, RATE_LIMITED.
 */
export function createCreateRoom(deps: CreateRoomDeps) {
  const { findPeopleFacts, planRoom, checkMembers, roomsOfMany, memberships, announceRooms } = deps;

  async function findEarlier({ callerId, body: { clientRoomId } }: CreateRoom): Promise<Room | null> {
    const earlier = clientRoomId === undefined ? null : await roomsOfMany.findByClientRoomId(callerId, clientRoomId);
    if (earlier) await deps.access.accessRoom(earlier.id, callerId);
    return earlier;
  }

  /** Members first: a room that exists has its members, whatever crashes. */
  async function make({ callerId, body }: CreateRoom, plan: RoomPlan, people: People): Promise<string | null> {
    const { memberIds, guestIds } = people;
    const roomId = newObjectId().toHexString();
    await memberships.addMembers({ roomId, userIds: [callerId], role: 'owner' });
    await memberships.addMembers({ roomId, userIds: memberIds, guestIds });
    const { historyFrom = 'start', clientRoomId } = body;
    const memberCount = memberIds.length + 1;
    const room = { ...plan, roomId, historyFrom, createdBy: callerId, clientRoomId, memberCount };
    if (await roomsOfMany.insertRoom(room)) return roomId;
    await memberships.removeAll(roomId);
    return null;
  }

  async function announce(roomId: string, callerId: string, memberIds: string[]): Promise<Room> {
    await announceRooms.made(roomId, [callerId, ...memberIds]);
    await deps.synchroniseRoom(roomId);
    return findMade(deps.rooms, roomId);
  }

  return async function createRoom(request: CreateRoom): Promise<{ room: Room; created: boolean }> {
    const { callerId, body } = request;
    const earlier = await findEarlier(request);
    if (earlier) return { room: earlier, created: false };
    spendToken(deps.roomBuckets, callerId, 'rooms');
    const maker = (await findPeopleFacts([callerId], { fresh: true })).get(callerId);
    if (!maker) throw new AppError({ code: 'FORBIDDEN', internal: 'the caller does not exist' });
    const plan = await planRoom(maker, body);
    const memberIds = [...new Set(body.memberIds)].filter((userId) => userId !== callerId);
    const wanted = { adder: maker, userIds: memberIds, room: plan, memberIds: [callerId] };
    const guestIds = await checkMembers(wanted);
    const roomId = await make(request, plan, { memberIds, guestIds });
    if (roomId !== null) return { room: await announce(roomId, callerId, memberIds), created: true };
    const winner = await findEarlier(request);
    if (!winner) throw new AppError({ code: 'INTERNAL', internal: 'a room is neither there nor to be made' });
    return { room: winner, created: false };
  };
}

export type CreateRoomUseCase = ReturnType<typeof createCreateRoom>;

async function findMade(rooms: RoomsRepository, roomId: string): Promise<Room> {
  const room = (await rooms.findRooms([roomId])).get(roomId);
  if (!room) throw new AppError({ code: 'INTERNAL', internal: 'a room went away while it was made' });
  return room;
}
