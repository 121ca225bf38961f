import type { ChatRoom, CreateRoomBody, MyRoomAnswer, RoomMember, RoomMessage } from '@hallway/contracts';

/** Rooms of many, and changes of messages. Every call throws `HallwayError`; what it answers is shown at once. */
export interface Rooms {
  /** Makes a room and its people, all of them or none. Called again with the same `clientRoomId` it makes no second one. */
  createRoom(room: CreateRoomBody): Promise<ChatRoom>;
  /** The room, and what the caller may do in it. */
  room(chatRoomId: string): Promise<MyRoomAnswer>;
  renameRoom(chatRoomId: string, title: string): Promise<ChatRoom>;
  roomMembers(chatRoomId: string, cursor?: string): Promise<{ members: RoomMember[]; nextCursor: string | null }>;
  /** Answers the ids of those who were no members before. */
  addMembers(chatRoomId: string, userIds: string[]): Promise<string[]>;
  removeMember(chatRoomId: string, userId: string): Promise<void>;
  leaveRoom(chatRoomId: string): Promise<void>;
  /** Takes the room away from everybody. */
  deleteRoom(chatRoomId: string): Promise<void>;
  editMessage(messageId: string, content: string): Promise<RoomMessage>;
  deleteMessage(messageId: string): Promise<RoomMessage>;
}
