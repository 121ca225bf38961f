import { randomUUID } from 'node:crypto';
import type { AppendEvents } from '@hallway/bus';
import type { Role } from '@hallway/contracts';
import { AppError, isStoreAway, type Log, validationFailed } from '@hallway/platform';
import { factsOfNobody, type PersonFacts, type PolicySettings } from '@hallway/policy';
import { newObjectId } from '../object-ids.ts';
import { findPairRefusal } from '../policy/check-pair.ts';
import type { FindPeopleFacts } from '../policy/people-facts.ts';
import type { DescribeRooms } from './describe-rooms.ts';
import type { MembershipsRepository } from './memberships.repository.ts';
import type { Room, RoomsRepository } from './rooms.repository.ts';

export interface OpenDirectRoomDeps {
  rooms: RoomsRepository;
  memberships: MembershipsRepository;
  findPeopleFacts: FindPeopleFacts;
  settings: PolicySettings;
  describeRooms: DescribeRooms;
  appendEvents: AppendEvents;
  log: Log;
}

export interface OpenDirectRoom {
  callerId: string;
  participantId: string;
  /** The role that the caller takes the other for; anybody else counts as nobody. */
  expectedRole?: Role | undefined;
  courseId?: string | undefined;
}

/**
 * Finds the direct room of two people, or makes it: one room, however many ask at once, for the index on the pair decides.
 * Idempotent. Throws RECIPIENT_NOT_FOUND or MESSAGING_NOT_ALLOWED.
 */
export function createOpenDirectRoom(deps: OpenDirectRoomDeps) {
  const { rooms, memberships, findPeopleFacts, settings } = deps;

  async function admit({ callerId, participantId, expectedRole }: OpenDirectRoom): Promise<PersonFacts[]> {
    if (participantId === callerId)
      throw validationFailed([{ path: '/participantId', message: 'must be another person' }]);
    const people = await findPeopleFacts([callerId, participantId], { fresh: true });
    const recipient = people.get(participantId);
    const known = expectedRole === undefined || recipient?.roles.includes(expectedRole) ? recipient : undefined;
    const refusal = findPairRefusal(people.get(callerId) ?? factsOfNobody(callerId), known, settings);
    if (refusal) throw refusal;
    return [...people.values()];
  }

  /** Members first: a room that exists has its members, whatever crashes; members of a room that lost are swept away. */
  async function makeRoom({ callerId, participantId, courseId }: OpenDirectRoom): Promise<Room | null> {
    const people: [string, string] = [callerId, participantId];
    const roomId = newObjectId().toHexString();
    await memberships.addMembers({ roomId, userIds: people });
    const room = await rooms.insertDirectRoom({ roomId, people, courseId: courseId ?? null });
    if (!room) await memberships.removeAll(roomId);
    return room;
  }

  return async function openDirectRoom(request: OpenDirectRoom): Promise<{ room: Room; created: boolean }> {
    const { callerId, participantId, courseId } = request;
    const people = await admit(request);
    const existing = await rooms.findDirectRoom(callerId, participantId);
    if (existing) return { room: existing, created: false };
    checkCourse(courseId, people);
    const made = await makeRoom(request);
    if (made) {
      await announceRoom(deps, made, [callerId, participantId]);
      return { room: made, created: true };
    }
    const winner = await rooms.findDirectRoom(callerId, participantId);
    if (!winner) throw new AppError({ code: 'INTERNAL', internal: 'a direct room is neither there nor to be made' });
    return { room: winner, created: false };
  };
}

export type OpenDirectRoomUseCase = ReturnType<typeof createOpenDirectRoom>;

/** One of the two belongs to it. Any other course is none for them, or the answers would tell which there are. */
function checkCourse(courseId: string | undefined, people: PersonFacts[]): void {
  const belongs = people.some(({ courses }) => courses.some((course) => course.courseId === courseId));
  if (courseId === undefined || belongs) return;
  throw validationFailed([{ path: '/courseId', message: 'is no course of yours' }]);
}

/** Best effort: whoever does not hear of it finds the room in the next list of conversations. */
async function announceRoom({ describeRooms, appendEvents, log }: OpenDirectRoomDeps, room: Room, userIds: string[]) {
  const [chatRoom] = await describeRooms([room]);
  if (!chatRoom) return;
  const event = {
    id: randomUUID(),
    type: 'room.added',
    occurredAt: new Date().toISOString(),
    traceparent: null,
  } as const;
  await appendEvents([{ ...event, data: { chatRoom, userIds } }]).catch((error) => {
    if (!isStoreAway(error)) throw error;
    log.warn({ chatRoomId: room.id }, 'a new room was not announced');
  });
}
