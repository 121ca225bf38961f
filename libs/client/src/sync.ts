import { type CatchUp, type ClientEventAnswers, type Conversation, limits } from '@hallway/contracts';
import { toBackoffMs } from './backoff.ts';
import type { Connection } from './connection.ts';
import type { Conversations } from './conversations.ts';
import { type ConversationsEvent, sortConversations } from './conversations-state.ts';
import { createError, type FaultListener, inBackground, toBody } from './faults.ts';
import type { Outbox } from './outbox.ts';
import type { ReadMarks } from './read-marks.ts';
import type { Timelines } from './timelines.ts';
import type { Timers } from './timers.ts';

interface SyncDeps {
  connection: Pick<Connection, 'request' | 'isOnline' | 'spreadReturns'>;
  conversations: Conversations;
  timelines: Timelines;
  outbox: Pick<Outbox, 'confirm' | 'worksAgain'>;
  readMarks: Pick<ReadMarks, 'mark'>;
  timers: Timers;
  random: () => number;
  onFault: FaultListener;
}

// Live delivery is a hint: a message that was lost on its way is found by comparing heads, at the latest after this.
const compareHeadsMs = 20_000;
// Everybody who lost the same gateway fetches the list again; the rooms themselves are resumed at once.
const listSpreadMs = 2_000;
// Where the answer named every room of the person, the list has no more to bring than a new title.
const calmListSpreadMs = 30_000;
// New rooms that are looked up one by one; more of them come with one page of the list.
const roomsLookedUp = 3;

/** Asks what was missed: after each connect, when the server says that it may have skipped something, and now and then. */
export class Sync {
  readonly #deps: SyncDeps;
  #attempt = 0;
  /** The list is to be fetched soon, for what came since it was last fetched. */
  #listWaits = false;
  /** Answers that are on their way. */
  #asked = 0;
  #wasOnline = false;
  /** How often something may have been missed anywhere, and up to which of these all known rooms were asked for. */
  #missed = 0;
  #caughtUp = 0;
  /** The server's time of the last answers, for all known rooms and for the open ones: edits since then are asked for. */
  #asOf: { known?: string; open?: string } = {};
  #cancelResume: () => void = () => undefined;
  #cancelHeads: () => void = () => undefined;
  #cancelList: () => void = () => undefined;

  constructor(deps: SyncDeps) {
    this.#deps = deps;
  }

  /** The connection came up. */
  wake(): void {
    this.#attempt = 0;
    for (const [, timeline] of this.#deps.timelines.entries()) if (timeline.data.head === null) timeline.join();
    this.resync();
    this.#scheduleHeads();
  }

  /** Something may be missing anywhere. */
  resync(): void {
    this.#missed += 1;
    this.#resume();
    const whole = Object.keys(this.#knownRooms()).length >= limits.resumeRooms;
    this.#fetchListSoon(whole, this.#wasOnline ? listSpreadMs : 0);
    this.#wasOnline = true;
  }

  /** Where one `resume` asks for every room, it brings all counts, and of the list only what changed is wanted. */
  #fetchListSoon(whole: boolean, spreadMs: number): void {
    const { conversations, random, timers } = this.#deps;
    this.#cancelList();
    const fetch = () => {
      this.#listWaits = false;
      if (whole) conversations.refetch();
      else conversations.refetchChanges();
    };
    this.#listWaits = !whole && spreadMs > 0;
    this.#cancelList = timers.after(spreadMs === 0 ? 0 : (0.25 + 0.75 * random()) * spreadMs, fetch);
  }

  /** Rooms that came meanwhile are looked up one by one; a list that was only to find them has time then. */
  #meetOthers(others: string[] | undefined): void {
    if (others === undefined) return;
    const { conversations } = this.#deps;
    const unknown = others.filter((chatRoomId) => !conversations.data.byRoom.has(chatRoomId));
    if (unknown.length > roomsLookedUp) return;
    for (const chatRoomId of unknown) conversations.lookUp(chatRoomId);
    if (this.#listWaits) this.#fetchListSoon(false, calmListSpreadMs);
  }

  /** An answer that brings what every open room misses is on its way. */
  isCatchingUp(): boolean {
    return this.#asked > 0;
  }

  clear(): void {
    this.#cancelResume();
    this.#cancelHeads();
    this.#cancelList();
    this.#wasOnline = false;
    this.#caughtUp = this.#missed;
    this.#asOf = {};
  }

  #scheduleHeads(): void {
    this.#cancelHeads();
    this.#cancelHeads = this.#deps.timers.after(compareHeadsMs, () => {
      if (!this.#deps.connection.isOnline()) return;
      this.#resume();
      this.#scheduleHeads();
    });
  }

  #openRooms(): Record<string, number> {
    const rooms: Record<string, number> = {};
    for (const [chatRoomId, timeline] of this.#deps.timelines.entries()) {
      const { head, phase } = timeline.data;
      if (head !== null && phase === 'ready' && Object.keys(rooms).length < limits.resumeRooms)
        rooms[chatRoomId] = head;
    }
    return rooms;
  }

  /** The open rooms, then those with the latest activity, as many as one call takes. The list brings the others. */
  #knownRooms(): Record<string, number> {
    const rooms = this.#openRooms();
    let left = limits.resumeRooms - Object.keys(rooms).length;
    for (const conversation of sortConversations(this.#deps.conversations.data)) {
      const { id } = conversation.chatRoom;
      if (left <= 0) break;
      if (rooms[id] !== undefined || this.#deps.timelines.find(id) !== undefined) continue;
      rooms[id] = lastKnownSeq(conversation);
      left -= 1;
    }
    return rooms;
  }

  /** Also without a room: the answer says over how long to come back when the gateway goes. */
  #resume(): void {
    this.#cancelResume();
    const missed = this.#missed;
    const which = missed > this.#caughtUp ? 'known' : 'open';
    const rooms = which === 'known' ? this.#knownRooms() : this.#openRooms();
    const changedSince = this.#asOf[which];
    inBackground('sync.resume', this.#deps.onFault, async () => {
      this.#asked += 1;
      try {
        const answer = await this.#deps.connection.request('resume', { rooms, ...(changedSince && { changedSince }) });
        this.#attempt = 0;
        this.#caughtUp = missed;
        this.#noteAsOf(which, answer.asOf);
        // The gateway answers for rooms only while it reaches what sends need as well.
        if (Object.keys(rooms).length > 0) this.#deps.outbox.worksAgain();
        this.#apply(answer);
        if (which === 'known') this.#meetOthers(answer.others);
      } catch (cause) {
        // The stores may answer while the live way is away: then the list alone knows the counts.
        if (missed > this.#caughtUp && this.#attempt === 0) this.#fetchListSoon(true, listSpreadMs);
        this.#resumeLater(toBody(cause).retryAfterMs);
        throw cause;
      } finally {
        this.#asked -= 1;
      }
    });
  }

  /** An answer for all rooms is one for the open ones too. */
  #noteAsOf(which: 'known' | 'open', asOf: string | undefined): void {
    if (asOf === undefined) return;
    this.#asOf.open = asOf;
    if (which === 'known') this.#asOf.known = asOf;
  }

  #resumeLater(retryAfterMs: number | undefined): void {
    const inMs = toBackoffMs({ attempt: this.#attempt, retryAfterMs, random: this.#deps.random });
    this.#attempt += 1;
    this.#cancelResume = this.#deps.timers.after(inMs, () => {
      if (this.#deps.connection.isOnline()) this.#resume();
    });
  }

  #apply({ rooms, gone, reconnectSpreadMs }: ClientEventAnswers['resume']): void {
    if (reconnectSpreadMs !== undefined) this.#deps.connection.spreadReturns(reconnectSpreadMs);
    for (const [chatRoomId, missed] of Object.entries(rooms)) this.#applyToRoom(chatRoomId, missed);
    this.#applyToList(rooms);
    for (const [chatRoomId, { lastReadSeq }] of Object.entries(rooms)) this.#remind(chatRoomId, lastReadSeq);
    for (const chatRoomId of gone) this.leave(chatRoomId);
  }

  #applyToRoom(chatRoomId: string, missed: CatchUp): void {
    const { conversations, timelines, outbox } = this.#deps;
    const timeline = timelines.find(chatRoomId);
    timeline?.dispatch({ type: 'caughtUp', answer: missed });
    if (missed.changed !== undefined) timeline?.dispatch({ type: 'messages', messages: missed.changed });
    const { me } = conversations.data;
    for (const message of missed.messages) if (message.senderId === me) outbox.confirm(message);
    if (!missed.complete && timeline === undefined) conversations.lookUp(chatRoomId);
  }

  /** In one go: two hundred rooms are one change of the list. */
  #applyToList(rooms: Record<string, CatchUp>): void {
    const { conversations } = this.#deps;
    const { me } = conversations.data;
    const events = Object.entries(rooms).flatMap(([chatRoomId, missed]): ConversationsEvent[] => {
      const { lastSeq, lastReadSeq } = missed;
      const message = missed.messages.findLast(({ isVoid }) => !isVoid);
      return [
        ...(missed.changed ?? []).map((changed) => ({ type: 'message' as const, message: changed })),
        ...(message === undefined ? [] : [{ type: 'message' as const, message }]),
        { type: 'heard', chatRoomId, lastSeq },
        { type: 'read', chatRoomId, userId: me, lastReadSeq },
      ];
    });
    conversations.dispatch(...events);
  }

  /** A mark that the server had taken may have gone with its Redis before it was stored: who knows of it tells it again. */
  #remind(chatRoomId: string, lastReadSeq: number): void {
    const { conversations, timelines, readMarks } = this.#deps;
    const { me, byRoom } = conversations.data;
    const marks = [timelines.find(chatRoomId)?.data.marks[me], byRoom.get(chatRoomId)?.lastReadSeq];
    const known = Math.max(...marks.map((mark) => mark ?? 0));
    if (known > lastReadSeq) readMarks.mark(chatRoomId, known);
  }

  /** The room is not the person's any more. */
  leave(chatRoomId: string): void {
    this.#deps.timelines.find(chatRoomId)?.dispatch({ type: 'failed', error: createError('NOT_FOUND').body });
    this.#deps.conversations.dispatch({ type: 'roomRemoved', chatRoomId });
  }
}

/** Where to resume a room that is in the list only: behind the message that the list shows. */
function lastKnownSeq({ chatRoom, lastMessage }: Conversation): number {
  return lastMessage?.seq ?? chatRoom.lastSeq;
}
