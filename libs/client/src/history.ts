import { type CatchUp, limits, type RoomHistoryAnswer } from '@hallway/contracts';
import type { Rest } from './rest.ts';

interface Window {
  /** Exclusive. */
  before?: number;
  /** Exclusive. */
  after?: number;
  limit?: number;
}

/** Pages of a room's messages over HTTP, ascending. They throw `HallwayError`. */
export type FetchHistory = (chatRoomId: string, window: Window) => Promise<RoomHistoryAnswer>;

export function createFetchHistory(rest: Rest): FetchHistory {
  return async function fetchHistory(chatRoomId, { before, after, limit = limits.pageDefault }) {
    const path = `/api/message/chat-room/${encodeURIComponent(chatRoomId)}/messages`;
    return (await rest.get(path, { before, after, limit })) as RoomHistoryAnswer;
  };
}

/** The newest page as `joinRoom` would have brought it. */
export function toJoinAnswer(answer: RoomHistoryAnswer): RoomHistoryAnswer & Pick<CatchUp, 'complete'> {
  return { ...answer, complete: (answer.messages[0]?.seq ?? 1) === 1 };
}
