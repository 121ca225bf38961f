import { type CatchUp, limits } from '@hallway/contracts';
import type { DescribeMessages } from '../messages/describe-messages.ts';
import { toHiddenMessages, toVisibleRange } from '../messages/hidden-messages.ts';
import { isComplete, toCatchUpRange } from '../messages/list-messages.ts';
import type { StoredMessage } from '../messages/message-record.ts';
import type { MessagesRepository, SeqRange } from '../messages/messages.repository.ts';
import type { ReadMarksReader } from '../read-marks/read-marks.reader.ts';
import type { Room } from './rooms.repository.ts';

export interface CatchUpDeps {
  messages: MessagesRepository;
  readMarks: ReadMarksReader;
  describeMessages: DescribeMessages;
}

/** A room, and up to where a client has it; undefined for a client that has nothing. */
export interface Seen {
  room: Room;
  afterSeq?: number | undefined;
  /** Nothing up to here is theirs to see. */
  hiddenUpTo: number;
  /** Where they came in: nothing up to there is unread. */
  joinedSeq: number;
}

// What one answer carries over all its rooms, so that nobody's return costs more than a few milliseconds of everybody's
// time. Rooms beyond it say that they are incomplete, and are fetched page by page.
const answerMessages = 5000;
const answerBytes = 4 * 1024 * 1024;

/** What a person misses in several rooms at once, by room. As many queries as messages are read, by the five hundred. */
export function createCatchUp({ messages, readMarks, describeMessages }: CatchUpDeps) {
  return async function catchUp(userId: string, seen: Seen[]): Promise<Map<string, CatchUp>> {
    const ranges = seen.map(toWantedRange);
    const marks = await readMarks.ofPerson(
      userId,
      ranges.map(({ roomId }) => roomId),
      new Map(seen.map(({ room, joinedSeq }) => [room.id, joinedSeq])),
    );
    const visible = ranges.map((range, index) => toVisibleRange(range, seen[index]?.hiddenUpTo ?? 0));
    const read = await readWithinBudget(messages, visible);
    for (const [index, range] of ranges.entries()) {
      const hidden = toHiddenMessages(range, seen[index]?.hiddenUpTo ?? 0);
      if (hidden.length > 0) read.set(range.roomId, [...hidden, ...(read.get(range.roomId) ?? [])]);
    }
    const described = Map.groupBy(await describeMessages([...read.values()].flat()), (message) => message.chatRoomId);
    return new Map(
      seen.map(({ room, afterSeq, hiddenUpTo }, index) => {
        const found = described.get(room.id) ?? [];
        const wanted = ranges[index] ?? { after: 0, upTo: 0 };
        const range = { after: wanted.after <= hiddenUpTo ? 0 : wanted.after, upTo: found.at(-1)?.seq ?? wanted.after };
        const lastReadSeq = Math.min(marks.get(room.id) ?? 0, room.lastSeq);
        const complete = isComplete(range, afterSeq, room.lastSeq);
        return [room.id, { lastSeq: room.lastSeq, lastReadSeq, messages: found, complete }];
      }),
    );
  };
}

/** Without `afterSeq` a page begins where history may be seen; with it, every number has to come. */
function toWantedRange({ room, afterSeq, hiddenUpTo }: Seen): SeqRange {
  const range = { roomId: room.id, ...toCatchUpRange(afterSeq, room.lastSeq) };
  return afterSeq === undefined ? toVisibleRange(range, hiddenUpTo) : range;
}

export type CatchUpUseCase = ReturnType<typeof createCatchUp>;

/** Reads ranges in their order until the answer is full; the last room may be cut in its middle, the others have nothing. */
async function readWithinBudget(
  messages: MessagesRepository,
  ranges: SeqRange[],
): Promise<Map<string, StoredMessage[]>> {
  const read = new Map<string, StoredMessage[]>();
  let bytesLeft = answerBytes;
  for (const group of toGroups(ranges)) {
    const found = await messages.findRanges(group);
    for (const { roomId } of group) {
      const kept = takeWithin(found.get(roomId) ?? [], bytesLeft);
      bytesLeft -= kept.bytes;
      read.set(roomId, kept.messages);
      if (kept.cut) return read;
    }
  }
  return read;
}

/** Ranges in groups that are read at once: at most a room's worth of messages each, and all within the answer's bound. */
function toGroups(ranges: SeqRange[]): SeqRange[][] {
  const groups: SeqRange[][] = [];
  let inGroup = 0;
  let total = 0;
  for (const range of ranges.filter(({ after, upTo }) => upTo > after)) {
    const count = range.upTo - range.after;
    total += count;
    if (total > answerMessages) break;
    const last = groups.at(-1);
    if (last && inGroup + count <= limits.catchUpMessages) last.push(range);
    else groups.push([range]);
    inGroup = groups.at(-1) === last ? inGroup + count : count;
  }
  return groups;
}

function takeWithin(found: StoredMessage[], bytesLeft: number) {
  let bytes = 0;
  let count = 0;
  for (const message of found) {
    bytes += Buffer.byteLength(message.content);
    if (bytes > bytesLeft) break;
    count += 1;
  }
  return { messages: found.slice(0, count), bytes, cut: count < found.length };
}
