import type { Membership } from './memberships.repository.ts';
import type { Room } from './rooms.repository.ts';

/**
 * What of a room never changes, so that it may be remembered for ever; but for its deletion, which takes the memberships away and
 * is only the second lock.
 */
export type RoomIdentity = Omit<Room, 'title' | 'memberCount' | 'lastSeq' | 'lastMessageAt' | 'lastChangeAt'>;

/** A room of many with the membership of whoever asked for it; null in direct rooms. */
export interface AccessibleRoom extends RoomIdentity {
  membership: Membership | null;
}

/** Up to where the history of a room is none of this member's business: 0 where they may see all of it. */
export function hiddenUpTo({ historyFrom, membership }: AccessibleRoom): number {
  return historyFrom === 'joined' ? (membership?.joinedSeq ?? 0) : 0;
}
