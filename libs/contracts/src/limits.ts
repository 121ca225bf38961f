/** Bounds that both sides of the wire know. Each is part of the contract; services may be configured tighter, never looser. */
export const limits = {
  /** UTF-16 units of `content` after trimming. */
  contentLength: 8000,
  /** Characters of a `clientMessageId`. */
  clientMessageIdLength: 64,
  /** Largest accepted body or socket packet, in bytes. */
  payloadBytes: 64 * 1024,
  /** Above this a socket's own connection is closed instead of being answered, in bytes. */
  packetBytesHard: 1024 * 1024,
  pageDefault: 50,
  pageMax: 200,
  /** Missing messages that one `joinRoom` or `resume` brings for a room; the rest is fetched over HTTP. */
  catchUpMessages: 500,
  resumeRooms: 200,
  watchedPeople: 200,
  /** Pairs of people that one request between services names: 60 KB. */
  pairsPerRequest: 1000,
  socketsPerPerson: 10,
  sendBurst: 50,
  sendsPerSecond: 20,
  participantsInRoom: 50,
  /** People whom one request adds to a room: each is asked of the policy, and the body stays small. */
  membersPerRequest: 200,
  /** People whom a room holds, those of a course that it follows apart. */
  membersPerRoom: 2000,
  /** UTF-16 units of a room's title. */
  titleLength: 120,
  /** Typing is silent in rooms that more people than this have open. */
  typingAudience: 100,
  passwordMin: 12,
  passwordMax: 128,
} as const;
