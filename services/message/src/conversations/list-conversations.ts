import { type Conversation, limits } from '@hallway/contracts';
import type { DescribeMessages } from '../messages/describe-messages.ts';
import type { MessagesRepository, SeqRange } from '../messages/messages.repository.ts';
import type { ReadMarksReader } from '../read-marks/read-marks.reader.ts';
import type { RoomAccess } from '../rooms/access-room.ts';
import { hiddenUpTo } from '../rooms/accessible-room.ts';
import type { DescribeRooms } from '../rooms/describe-rooms.ts';
import type { Membership, MembershipsRepository } from '../rooms/memberships.repository.ts';
import { otherOf, type Room, type RoomsRepository } from '../rooms/rooms.repository.ts';
import { compareActivity, readCursor, toCursorText } from './conversation-cursor.ts';

export interface ListConversationsDeps {
  access: RoomAccess;
  rooms: RoomsRepository;
  memberships: MembershipsRepository;
  messages: MessagesRepository;
  readMarks: ReadMarksReader;
  describeRooms: DescribeRooms;
  describeMessages: DescribeMessages;
}

export interface ConversationsPage {
  conversations: Conversation[];
  nextCursor: string | null;
}

// Sorting these in memory takes a few milliseconds; nobody has nearly as many.
const roomsPerPerson = 5000;
// How far a list looks back over numbers that no message took.
const lookBack = 4;

/** The conversations of a person, latest activity first. One query per collection and one range per last message, joined in memory. */
export function createListConversations(deps: ListConversationsDeps) {
  const { access, rooms } = deps;

  async function findPage(userId: string, limit: number, cursor: string | undefined) {
    const accessible = await access.listRoomsOf(userId, roomsPerPerson);
    const mine = await rooms.findRooms([...accessible.keys()]);
    const from = cursor === undefined ? null : readCursor(cursor);
    const places = [...mine.values()]
      .map((room) => ({ room, at: activityOf(room).getTime(), roomId: room.id }))
      .filter((place) => from === null || compareActivity(from, place) < 0)
      .sort(compareActivity);
    const page = places.slice(0, limit);
    const last = page.at(-1);
    return {
      page: page.map(({ room }) => ({ ...room, membership: accessible.get(room.id)?.membership ?? null })),
      nextCursor: places.length > limit && last ? toCursorText(last) : null,
    };
  }

  return async function listConversations(
    userId: string,
    { limit = limits.pageDefault, cursor }: { limit?: number | undefined; cursor?: string | undefined },
  ): Promise<ConversationsPage> {
    const { page, nextCursor } = await findPage(userId, limit, cursor);
    return { conversations: await toConversations(deps, userId, page), nextCursor };
  };
}

export type ListConversations = ReturnType<typeof createListConversations>;

function activityOf(room: Room): Date {
  return room.lastMessageAt ?? room.createdAt;
}

/** A room with the membership of whoever asks. */
type MyRoom = Room & { membership: Membership | null };

async function toConversations(deps: ListConversationsDeps, userId: string, page: MyRoom[]): Promise<Conversation[]> {
  const { messages, readMarks, describeRooms, describeMessages } = deps;
  const ids = page.map((room) => room.id);
  const [chatRooms, newest, marks] = await Promise.all([
    describeRooms(page),
    messages.findRanges(page.map(toLastRange)),
    readMarks.ofPerson(userId, ids, new Map(page.map(({ id, membership }) => [id, membership?.joinedSeq ?? 0]))),
  ]);
  const last = ids.flatMap((id) => newest.get(id)?.findLast((message) => !message.isVoid) ?? []);
  const lastByRoom = new Map((await describeMessages(last)).map((message) => [message.chatRoomId, message]));
  return page.flatMap((room, index) => {
    const chatRoom = chatRooms[index];
    if (!chatRoom) return [];
    // The mark was read after the head, and may stand further already.
    const lastReadSeq = Math.min(marks.get(room.id) ?? 0, room.lastSeq);
    return {
      chatRoom,
      with: chatRoom.participants.find((person) => person.id === otherOf(room, userId)) ?? null,
      lastMessage: lastByRoom.get(room.id) ?? null,
      lastReadSeq,
      unread: room.lastSeq - lastReadSeq,
      lastActivityAt: activityOf(room).toISOString(),
    };
  });
}

/** The end of a room, as far as the person may see it. */
function toLastRange(room: MyRoom): SeqRange {
  return { roomId: room.id, after: Math.max(room.lastSeq - lookBack, hiddenUpTo(room)), upTo: room.lastSeq };
}
