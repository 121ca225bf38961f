import type { Log } from '@hallway/platform';
import type { FindPeopleFacts } from '../policy/people-facts.ts';
import type { AnnounceRooms } from '../rooms/announce-rooms.ts';
import type { CountMembers } from '../rooms/count-members.ts';
import type { KeepOwner } from '../rooms/keep-owner.ts';
import type { Membership, MembershipsRepository } from '../rooms/memberships.repository.ts';
import { isAdmin, isRoomOfCourse } from '../rooms/room-rules.ts';
import type { Room, RoomsRepository } from '../rooms/rooms.repository.ts';
import type { RoomsOfManyRepository } from '../rooms/rooms-of-many.repository.ts';
import type { AudienceReader } from './audience-reader.ts';

export interface SynchroniseRoomDeps {
  rooms: RoomsRepository;
  roomsOfMany: RoomsOfManyRepository;
  memberships: MembershipsRepository;
  audienceReader: Pick<AudienceReader, 'audienceOf'>;
  findPeopleFacts: FindPeopleFacts;
  countMembers: CountMembers;
  keepOwner: KeepOwner;
  announceRooms: AnnounceRooms;
  log: Log;
}

const membersPerPage = 1000;
const addedAtOnce = 500;
// A round follows another only where enrolments, or another service's round, changed the room in the same moment.
const maxRounds = 10;

/** Who belongs to a room of a course. */
interface Belonging {
  /** Everybody of the course. */
  course: ReadonlySet<string>;
  /** Whom enrolments put into the room; null where it was made with a list of people. */
  audience: ReadonlySet<string> | null;
}

interface Difference {
  leaving: string[];
  /** Members by hand who belong to the course no longer, or who never did and are no guests. */
  strangers: string[];
  coming: string[];
  /** Members by hand whom an enrolment now keeps in the room, and will take out of it. */
  enrolled: string[];
  /** Guests who belong to the course by now. */
  arrived: string[];
}

/**
 * Brings the members of a room of a course to what the enrolments say: who follows them comes and goes, and whoever was brought
 * in by hand goes with the course as well, guests and administrators apart. Going comes before coming. It looks again until
 * nothing is left to do: of several services that do it at once, with enrolments read at different times, the last look is at
 * the newest. Does nothing to other rooms.
 */
export function createSynchroniseRoom(deps: SynchroniseRoomDeps) {
  const { rooms, roomsOfMany, memberships } = deps;
  const apply = createApplyDifference(deps);

  async function readBelonging(room: Room & { courseId: string }): Promise<Belonging> {
    const { audience, courseId } = room;
    const course = await deps.audienceReader.audienceOf({ courseId, sectionId: null });
    if (audience === null) return { course, audience: null };
    return { course, audience: audience.sectionId === null ? course : await deps.audienceReader.audienceOf(audience) };
  }

  /** Administrators may be in any room. */
  async function withoutAdministrators(userIds: string[]): Promise<string[]> {
    if (userIds.length === 0) return [];
    const people = await deps.findPeopleFacts(userIds);
    return userIds.filter((userId) => {
      const person = people.get(userId);
      return !person || !isAdmin(person);
    });
  }

  async function findDifference(room: Room & { courseId: string }): Promise<Difference> {
    const members = await listAll(memberships, room.id);
    const difference = compare(members, await readBelonging(room));
    return { ...difference, strangers: await withoutAdministrators(difference.strangers) };
  }

  return async function synchroniseRoom(roomId: string): Promise<void> {
    const room = (await rooms.findRooms([roomId])).get(roomId);
    if (!room || !isRoomOfCourse(room)) return;
    for (let round = 0; round < maxRounds; round += 1) {
      if (!(await roomsOfMany.isOpen(roomId))) return;
      const difference = await findDifference(room);
      // Roles may have changed and nothing else.
      if (Object.values(difference).every((userIds) => userIds.length === 0)) return deps.keepOwner(roomId);
      await apply(roomId, difference);
    }
    deps.log.warn({ chatRoomId: roomId }, 'a room changes faster than it can be followed');
  };
}

export type SynchroniseRoom = ReturnType<typeof createSynchroniseRoom>;

function createApplyDifference(deps: SynchroniseRoomDeps) {
  const { rooms, roomsOfMany, memberships, announceRooms } = deps;

  async function add(roomId: string, coming: string[]): Promise<string[]> {
    const joinedSeq = (await rooms.findRooms([roomId])).get(roomId)?.lastSeq ?? 0;
    const added: string[] = [];
    for (let start = 0; start < coming.length; start += addedAtOnce) {
      const userIds = coming.slice(start, start + addedAtOnce);
      added.push(...(await memberships.addMembers({ roomId, userIds, joinedSeq, source: 'audience' })));
    }
    if (added.length === 0 || (await roomsOfMany.isOpen(roomId))) return added;
    // Deleted in the same moment: whoever came too late must not stay behind in it.
    await memberships.removeMembers(roomId, added);
    return [];
  }

  return async function applyDifference(roomId: string, difference: Difference): Promise<void> {
    const gone = [
      ...(await memberships.removeMembers(roomId, difference.leaving, 'audience')),
      ...(await memberships.removeMembers(roomId, difference.strangers, 'manual')),
    ];
    await announceRooms.removed(roomId, gone);
    await memberships.follow(roomId, difference.enrolled);
    await memberships.endGuests(roomId, difference.arrived);
    const added = await add(roomId, difference.coming);
    await deps.keepOwner(roomId);
    await deps.countMembers(roomId);
    if (gone.length > 0 || added.length > 0) await announceRooms.changed(roomId, { added });
    deps.log.info({ chatRoomId: roomId, added: added.length, removed: gone.length }, 'a room followed its course');
  };
}

/** Pure. */
function compare(
  members: Pick<Membership, 'userId' | 'source' | 'guest'>[],
  { course, audience }: Belonging,
): Difference {
  const present = new Set(members.map(({ userId }) => userId));
  const idsOf = (some: Pick<Membership, 'userId'>[]) => some.map(({ userId }) => userId);
  const byHand = members.filter(({ source }) => source === 'manual');
  return {
    leaving: idsOf(members.filter(({ userId, source }) => source === 'audience' && !audience?.has(userId))),
    strangers: idsOf(byHand.filter(({ userId, guest }) => !guest && !course.has(userId))),
    coming: [...(audience ?? [])].filter((userId) => !present.has(userId)),
    enrolled: idsOf(byHand.filter(({ userId }) => audience?.has(userId))),
    arrived: idsOf(byHand.filter(({ userId, guest }) => guest && course.has(userId) && !audience?.has(userId))),
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
