/** What one simulated person with one device is to do. */
export interface ActorPlan {
  client: string;
  username: string;
  userId: string;
  /** Rooms that are there already. */
  rooms: string[];
  /** Of these, the ones that lie open on the screen; the others live in the list of conversations. */
  openRooms: string[];
  /** People with whom the actor opens a direct room by itself, as a person would. */
  directWith: string[];
  seed: number;
}

export interface CrowdPlan {
  origin: string;
  password: string;
  historyPath: string;
  shownPath: string;
  actors: ActorPlan[];
}

export type CrowdRequest =
  | { ask: 'start'; plan: CrowdPlan }
  | { ask: 'write'; perSecond: number }
  | { ask: 'rest' }
  | { ask: 'states' }
  | { ask: 'noteAccessEnded'; client: string }
  | { ask: 'finish' };

/** What a client shows of one room at this moment. */
export interface ShownRoom {
  /** The largest `seq` that is on the screen: of the timeline where it is open, otherwise of the list. */
  shownSeq: number;
  lastSeq: number;
  lastReadSeq: number;
  unread: number;
}

export interface ActorState {
  client: string;
  userId: string;
  signedIn: boolean;
  online: boolean;
  /** Messages that are neither stored nor refused. */
  pending: number;
  rooms: Record<string, ShownRoom>;
}

/** Answers by request; `start` tells the rooms that were opened on the way. */
export interface CrowdAnswers {
  start: { rooms: Record<string, string[]> };
  write: null;
  rest: null;
  states: ActorState[];
  noteAccessEnded: null;
  finish: CrowdCounts;
}

/** Counted over all actors of one process. */
export interface CrowdCounts {
  /** Pages of history that were fetched, most of them to repair a gap. */
  historyFetches: number;
  resyncs: number;
  /** Refused or unanswered sends by code; all but the last kind are sent again by the SDK. */
  sendTroubles: Record<string, number>;
  /** Messages that are settled, by how often they were put on the wire, through either door. */
  sendTries: Record<string, number>;
  /** Messages that a person would see as failed. */
  failedSends: number;
  reconnects: number;
  /** Whatever the SDK told of, by place. */
  faults: Record<string, number>;
  /** What a person would take for an error: whatever a client shows but that it connects again, and answers of a fault of ours. */
  errorsShown: Record<string, number>;
  /** Rejections that nobody handled. There must be none. */
  unhandled: string[];
  rssBytes: number;
}

export type CrowdMessage = { id: number; request: CrowdRequest };
export type CrowdReply = { id: number; answer: unknown } | { id: number; fault: string };
