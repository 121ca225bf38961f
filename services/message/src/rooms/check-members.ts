import type { RoomType } from '@hallway/contracts';
import { AppError, validationFailed } from '@hallway/platform';
import { mayMessage, type PersonFacts, type PolicySettings } from '@hallway/policy';
import type { BlocksReader } from '../policy/blocks-reader.ts';
import { findPairRefusal } from '../policy/check-pair.ts';
import type { FindPeopleFacts } from '../policy/people-facts.ts';
import { isRoomOfCourse } from './room-rules.ts';

export interface CheckMembersDeps {
  findPeopleFacts: FindPeopleFacts;
  blocksReader: BlocksReader;
  settings: PolicySettings;
}

export interface WantedMembers {
  adder: PersonFacts;
  userIds: string[];
  room: { type: RoomType; courseId: string | null };
  /** Who is in the room already. */
  memberIds: string[];
}

/**
 * Asks the policy whether a person may bring these people into a room: whether they may write to each of them. Into a group they
 * bring nobody who blocked a member, or whom a member blocked; the rooms of a course bring together whom the course does.
 * Throws for the first whom they may not, and says who it is. Read now: what was true a second ago must not let anybody in.
 * Answers those who do not belong to the course of the room, and come as its guests.
 */
export function createCheckMembers({ findPeopleFacts, blocksReader, settings }: CheckMembersDeps) {
  async function checkBlocks({ userIds, memberIds }: WantedMembers): Promise<void> {
    const blocks = await blocksReader.listBlocksBetween(userIds, [...memberIds, ...userIds]);
    if (blocks.length === 0) return;
    const people = await findPeopleFacts([...new Set(blocks.flat())], { fresh: true });
    for (const [userId, memberId] of blocks) {
      const [one, other] = [people.get(userId), people.get(memberId)];
      // A block does not keep apart those who are there for each other as staff.
      const apart = one && other && !mayMessage(one, other, { settings, now: Date.now() }).allowed;
      if (apart) throw withPerson(unfitting(), userIds.findLast((id) => id === userId || id === memberId) ?? userId);
    }
  }

  return async function checkMembers(wanted: WantedMembers): Promise<ReadonlySet<string>> {
    const { adder, userIds, room } = wanted;
    const people = await findPeopleFacts([adder.id, ...userIds], { fresh: true });
    const now = people.get(adder.id) ?? adder;
    for (const userId of userIds) {
      const refusal = userId === adder.id ? null : findPairRefusal(now, people.get(userId), settings);
      if (refusal) throw withPerson(refusal, userId);
    }
    if (room.type === 'group') await checkBlocks(wanted);
    return new Set(userIds.filter((userId) => isGuest(people.get(userId), room)));
  };
}

export type CheckMembers = ReturnType<typeof createCheckMembers>;

function isGuest(person: PersonFacts | undefined, room: WantedMembers['room']): boolean {
  return isRoomOfCourse(room) && !person?.courses.some(({ courseId }) => courseId === room.courseId);
}

/** Says nothing of a block, nor of whose it is: the one who adds people may be neither. */
function unfitting(): AppError {
  return new AppError({
    code: 'MESSAGING_NOT_ALLOWED',
    message: 'These people cannot be brought together in one group.',
    details: { reason: 'NOT_RELATED' },
    internal: 'one of two people blocked the other',
  });
}

function withPerson(refusal: AppError, userId: string): AppError {
  return new AppError({
    code: refusal.code,
    ...(refusal.publicMessage === undefined ? {} : { message: refusal.publicMessage }),
    details: { ...(refusal.details as object | undefined), userId },
    internal: refusal.message,
  });
}

// Words for a list: no line breaks, no tabs, nothing that cannot be seen.
const refusedInTitle = /\p{Cc}/u;

/** The title as it is stored. Throws VALIDATION_FAILED for one that nobody could read. */
export function checkTitle(title: string): string {
  const trimmed = title.trim();
  const problem =
    trimmed.length === 0
      ? 'must not be empty'
      : !trimmed.isWellFormed() || refusedInTitle.test(trimmed)
        ? 'must not contain control characters'
        : null;
  if (problem) throw validationFailed([{ path: '/title', message: problem }]);
  return trimmed;
}
