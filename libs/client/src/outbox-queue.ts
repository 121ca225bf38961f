import type { ErrorBody } from '@hallway/contracts';
import { toBackoffMs } from './backoff.ts';
import type { WaitingMessage } from './timeline-data.ts';
import type { OutboxEntry } from './types.ts';

/** An entry on its way. `waiting` is replaced, never changed, so that what is drawn keeps its identity. */
export interface OutboxItem {
  waiting: WaitingMessage;
  /** Nothing is sent before it would survive a reload, unless the storage cannot keep it. */
  kept: 'pending' | 'kept' | 'unkeepable';
  /** How often the server could not take it. */
  attempt: number;
  /** Not to be sent before this time, in milliseconds since 1970. */
  notBefore: number;
  /** The part of that which the server asked for: no new connection makes it shorter. */
  askedUntil: number;
}

export function createItem(entry: OutboxEntry, kept: OutboxItem['kept']): OutboxItem {
  return { waiting: { entry, sending: false }, kept, attempt: 0, notBefore: 0, askedUntil: 0 };
}

/** Lets a message wait for as long as the server asked, or longer and longer. */
export function postpone(
  item: OutboxItem,
  { retryAfterMs }: ErrorBody,
  { now, random }: { now: () => number; random: () => number },
): void {
  item.askedUntil = now() + (retryAfterMs ?? 0);
  item.notBefore = now() + toBackoffMs({ attempt: item.attempt, retryAfterMs, random });
  item.attempt += 1;
}

export function compareOrder(a: OutboxItem, b: OutboxItem): number {
  const [first, second] = [a.waiting.entry, b.waiting.entry];
  return first.order - second.order || (first.clientMessageId < second.clientMessageId ? -1 : 1);
}

/**
 * The first message of each room that may go now, oldest first, and when to look again if one of them has to wait.
 * A room whose first message is not ready sends nothing: the order within a room is kept whatever fails.
 */
export function pickReady(
  items: Iterable<OutboxItem>,
  state: { busyRooms: Iterable<string>; now: number },
): { ready: OutboxItem[]; wakeAt: number | null } {
  const seen = new Set<string>(state.busyRooms);
  const ready: OutboxItem[] = [];
  let wakeAt: number | null = null;
  for (const item of [...items].sort(compareOrder)) {
    const { entry } = item.waiting;
    if (entry.failed !== null || seen.has(entry.chatRoomId)) continue;
    seen.add(entry.chatRoomId);
    if (item.kept === 'pending') continue;
    if (item.notBefore <= state.now) ready.push(item);
    else wakeAt = Math.min(wakeAt ?? item.notBefore, item.notBefore);
  }
  return { ready, wakeAt };
}
