import { limits } from '@hallway/contracts';
import type { RoomsRepository } from '../rooms/rooms.repository.ts';
import { toHiddenMessages, toVisibleRange } from './hidden-messages.ts';
import type { StoredMessage } from './message-record.ts';
import type { MessagesRepository } from './messages.repository.ts';

/** Exclusive bounds of a page, as a client asks for it. */
export interface PageQuery {
  before?: number | undefined;
  after?: number | undefined;
  limit?: number | undefined;
}

/**
 * The span of `seq` that a page covers, never wider than its limit. `after` counts upwards from there; without it the page
 * is the newest before `before`. Pure.
 */
export function toPageRange({ before, after, limit = limits.pageDefault }: PageQuery, lastSeq: number) {
  const end = Math.min(before === undefined ? lastSeq : before - 1, lastSeq);
  if (after === undefined) return { after: Math.max(0, end - limit), upTo: end };
  return { after, upTo: Math.min(end, after + limit) };
}

/** What a client that has seen everything up to `afterSeq` misses, as far as one answer carries. Pure. */
export function toCatchUpRange(afterSeq: number | undefined, lastSeq: number) {
  if (afterSeq === undefined) return toPageRange({}, lastSeq);
  return { after: afterSeq, upTo: Math.min(lastSeq, afterSeq + limits.catchUpMessages) };
}

/** Whether nothing is missing beside this span: nothing newer than it, or, without `afterSeq`, nothing older. Pure. */
export function isComplete(
  range: { after: number; upTo: number },
  afterSeq: number | undefined,
  lastSeq: number,
): boolean {
  return afterSeq === undefined ? range.after === 0 : range.upTo >= lastSeq;
}

/** A page that somebody may see. */
export interface PageForMember extends PageQuery {
  /** Nothing up to here is theirs to see. */
  hiddenUpTo?: number;
}

/** A page of a room's history: a bounded range of `seq` up to the head, no sort and no count. */
export function createListMessages({ rooms, messages }: { rooms: RoomsRepository; messages: MessagesRepository }) {
  return async function listMessages(
    roomId: string,
    { hiddenUpTo = 0, ...query }: PageForMember,
  ): Promise<{ messages: StoredMessage[]; lastSeq: number }> {
    const lastSeq = (await rooms.findRooms([roomId])).get(roomId)?.lastSeq ?? 0;
    const range = { roomId, ...toPageRange(query, lastSeq) };
    const found = await messages.findRange(toVisibleRange(range, hiddenUpTo));
    // Going back, history begins where it may be seen. Going on from a number, every number has to come.
    const hidden = query.after === undefined ? [] : toHiddenMessages(range, hiddenUpTo);
    return { messages: [...hidden, ...found], lastSeq };
  };
}

export type ListMessages = ReturnType<typeof createListMessages>;
