/** Names of Socket.IO rooms, built here and nowhere else. */
export const socketRooms = {
  /** All sockets of a person. */
  user: (userId: string) => `user:${userId}`,
  /** Sockets that have a chat room open. */
  chatRoom: (chatRoomId: string) => `room:${chatRoomId}`,
  /** Sockets that watch whether a person is online. */
  presence: (userId: string) => `presence:${userId}`,
  /** Sockets of one sign-in, to close them together. */
  session: (sessionId: string) => `session:${sessionId}`,
} as const;
