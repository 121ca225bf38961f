import type { RequestHandlers } from '@hallway/bus';
import { AppError } from '@hallway/platform';
import type { PolicySettings } from '@hallway/policy';
import type { FindChanged } from '../changes/find-changed.ts';
import { isReachable } from '../policy/check-pair.ts';
import type { FindPeopleFacts } from '../policy/people-facts.ts';
import type { MarkReadUseCase } from '../read-marks/mark-read.ts';
import type { RoomAccess } from './access-room.ts';
import { type AccessibleRoom, hiddenUpTo } from './accessible-room.ts';
import type { CatchUpUseCase } from './catch-up.ts';
import type { DescribeRooms } from './describe-rooms.ts';
import type { FindRefusalNow } from './find-refusal-now.ts';
import type { FindStanding } from './find-standing.ts';
import type { MembershipsRepository } from './memberships.repository.ts';
import type { RoomsRepository } from './rooms.repository.ts';

export interface RoomRequestsDeps {
  access: RoomAccess;
  rooms: RoomsRepository;
  memberships: MembershipsRepository;
  catchUp: CatchUpUseCase;
  findChanged: FindChanged;
  describeRooms: DescribeRooms;
  markRead: MarkReadUseCase;
  findStanding: FindStanding;
  findRefusalNow: FindRefusalNow;
  findPeopleFacts: FindPeopleFacts;
  settings: PolicySettings;
}

// Rooms of one person that a gateway listens for. Nobody has nearly as many; the rest is found by resuming.
const roomsPerPerson = 5000;
// Members whose presence is told on joining; in larger rooms only a number would be of use.
const presenceAudience = 200;

/** The door for gateways: the same use cases that HTTP has, asked over Redis. */
export function createRoomRequests(deps: RoomRequestsDeps): RequestHandlers {
  const { markRead } = deps;
  return {
    'person.rooms': async ({ userId }) => ({
      chatRoomIds: [...(await deps.access.listRoomsOf(userId, roomsPerPerson)).keys()],
    }),
    'room.open': (params) => openRoom(deps, params),
    'rooms.resume': (params) => resumeRooms(deps, params),
    'room.mark-read': markRead,
    'room.may-write': async ({ userId, chatRoomId }) => {
      const refusal = await deps.findRefusalNow(await deps.findStanding(chatRoomId, userId));
      if (refusal) throw refusal;
      return {};
    },
    'people.reachable': async ({ userId, userIds }) => ({ userIds: await findReachable(deps, userId, userIds) }),
    'people.pairs': async ({ pairs }) => ({ allowed: await judgePairs(deps, pairs) }),
  };
}

type Params<N extends keyof RequestHandlers> = Parameters<RequestHandlers[N]>[0];

async function openRoom(deps: RoomRequestsDeps, { userId, chatRoomId, afterSeq }: Params<'room.open'>) {
  const { access, rooms, memberships, catchUp, describeRooms } = deps;
  const identity = await access.accessRoom(chatRoomId, userId);
  const room = (await rooms.findRooms([chatRoomId])).get(chatRoomId);
  if (!room) throw new AppError({ code: 'NOT_FOUND', internal: 'the room went away' });
  const [chatRooms, missed, memberIds] = await Promise.all([
    describeRooms([room]),
    catchUp(userId, [{ room, afterSeq, ...toSight(identity) }]),
    identity.directIds ?? memberships.listMemberIds(chatRoomId, presenceAudience),
  ]);
  const [chatRoom] = chatRooms;
  const answer = missed.get(chatRoomId);
  if (!chatRoom || !answer) throw new AppError({ code: 'INTERNAL', internal: 'a room could not be described' });
  return { chatRoom, memberIds: await findKnown(deps, userId, memberIds), ...answer };
}

async function resumeRooms(deps: RoomRequestsDeps, params: Params<'rooms.resume'>) {
  const asOf = new Date().toISOString();
  const ids = Object.keys(params.rooms);
  const accessible = await deps.access.findRoomsOf(params.userId, ids);
  const found = await deps.rooms.findRooms([...accessible.keys()]);
  const seen = [...found.values()].map((room) => {
    const identity = accessible.get(room.id);
    return { room, afterSeq: params.rooms[room.id] ?? 0, ...toSight(identity) };
  });
  const [missed, changed] = await Promise.all([
    deps.catchUp(params.userId, seen),
    deps.findChanged(seen, params.changedSince),
  ]);
  const rooms = [...missed].map(([id, catchUp]) => {
    const messages = changed.get(id);
    return [id, messages ? { ...catchUp, changed: messages } : catchUp] as const;
  });
  return { rooms: Object.fromEntries(rooms), gone: ids.filter((id) => !found.has(id)), asOf };
}

/** Oneself, and those whom one may message: nobody else's coming and going is anybody's business, in a room that is shared too. */
async function findKnown(deps: RoomRequestsDeps, userId: string, memberIds: string[]): Promise<string[]> {
  const others = memberIds.filter((id) => id !== userId);
  return [...memberIds.filter((id) => id === userId), ...(await findReachable(deps, userId, others))];
}

async function judgePairs({ findPeopleFacts, settings }: RoomRequestsDeps, pairs: Params<'people.pairs'>['pairs']) {
  const people = await findPeopleFacts([...new Set(pairs.flatMap(({ one, other }) => [one, other]))]);
  return pairs.map(({ one, other }) => isReachable(people.get(one), people.get(other), settings));
}

/** What of a room is theirs to see, and where they came in; a direct room is all of it both people's. */
function toSight(identity: AccessibleRoom | undefined) {
  return identity
    ? { hiddenUpTo: hiddenUpTo(identity), joinedSeq: identity.membership?.joinedSeq ?? 0 }
    : { hiddenUpTo: 0, joinedSeq: 0 };
}

async function findReachable(deps: RoomRequestsDeps, userId: string, userIds: string[]): Promise<string[]> {
  const people = await deps.findPeopleFacts([userId, ...userIds]);
  const caller = people.get(userId);
  return userIds.filter((id) => isReachable(caller, people.get(id), deps.settings));
}
