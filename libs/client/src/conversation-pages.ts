import { type Conversation, type ConversationsAnswer, limits } from '@hallway/contracts';
import type { Rest } from './rest.ts';

/** How much of the list is fetched: what may have changed since an earlier fetch, or everything. */
export type Extent = 'changes' | 'whole';

interface Pages {
  extent: Extent;
  /** The latest activity that earlier fetches have seen, in milliseconds since 1970; null before the first. */
  knownUpTo: number | null;
  /** Takes a page, latest activity first; answers whether the next one is still wanted. */
  onPage: (conversations: Conversation[]) => boolean;
}

// Nobody scrolls further than this in a list; search finds what lies beyond, and live events still bring it up.
const mostConversations = 1000;
// What changed in a short break stands on top, and is seldom more than a few rooms.
const firstChanges = 20;
// A message may become visible a little after the time that it bears, and the services' clocks differ a little.
const lateByMs = 300_000;

/**
 * Fetches pages of the conversation list until enough is known. `complete` when they reached its end, `newest` is the latest
 * activity in them. Throws `HallwayError`.
 */
export async function fetchConversationPages(rest: Rest, { extent, knownUpTo, onPage }: Pages) {
  let cursor: string | undefined;
  let newest = knownUpTo ?? 0;
  for (let fetched = 0; fetched < mostConversations; ) {
    const limit = pageSize(fetched, { extent, knownUpTo });
    const answer = (await rest.get('/api/messages', { limit, cursor })) as ConversationsAnswer;
    const { conversations, nextCursor } = answer;
    newest = Math.max(newest, ...conversations.map(activityOf));
    if (!onPage(conversations)) break;
    if (nextCursor === null) return { complete: true, newest };
    const last = conversations.at(-1);
    // From here down nothing was active since the earlier fetch.
    if (extent === 'changes' && last && activityOf(last) < (knownUpTo ?? 0) - lateByMs) break;
    cursor = nextCursor;
    fetched += conversations.length;
  }
  return { complete: false, newest };
}

/** The first page of all is small, so that something is on the screen soon. */
function pageSize(fetched: number, { extent, knownUpTo }: Omit<Pages, 'onPage'>): number {
  if (fetched > 0) return limits.pageMax;
  if (extent === 'changes') return firstChanges;
  return knownUpTo === null ? limits.pageDefault : limits.pageMax;
}

function activityOf({ lastActivityAt }: Conversation): number {
  return Date.parse(lastActivityAt);
}
