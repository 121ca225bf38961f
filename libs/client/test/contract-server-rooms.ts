import {
  type CatchUp,
  type ChatRoom,
  type Conversation,
  limits,
  type PublicUser,
  type RoomMessage,
  toRoleModel,
} from '@hallway/contracts';

export interface RoomOnServer {
  chatRoom: ChatRoom;
  memberIds: string[];
  log: RoomMessage[];
  marks: Map<string, number>;
}

export type Campus = ReturnType<typeof createCampus>;

export const password = 'hallway-demo';

export function createId(): string {
  return crypto.randomUUID().replaceAll('-', '').slice(0, 24);
}

/** People, sessions, rooms and messages of the contract server, with the rules that a client can notice. */
export function createCampus() {
  return { ...createPeople(), ...createRooms() };
}

function createPeople() {
  const people = new Map<string, PublicUser>();
  const tokens = new Map<string, string>();
  const cookies = new Map<string, string>();
  return {
    people,
    /** Seconds that a new access token says it lives. */
    tokenLife: { seconds: 600 },
    addPerson(username: string, role: PublicUser['role'] = 'student'): PublicUser {
      const person = { id: createId(), username, name: username, role };
      people.set(person.id, person);
      return person;
    },
    openSession(userId: string): { token: string; cookie: string } {
      const [token, cookie] = [createId(), createId()];
      tokens.set(token, userId);
      cookies.set(cookie, userId);
      return { token, cookie };
    },
    userOfToken: (token: unknown) => tokens.get(String(token)) ?? null,
    /** A refresh cookie serves once. */
    takeCookie(cookie: string): string | null {
      const userId = cookies.get(cookie) ?? null;
      cookies.delete(cookie);
      return userId;
    },
    expireTokens: () => tokens.clear(),
    endSessions(userId: string) {
      for (const [token, owner] of tokens) if (owner === userId) tokens.delete(token);
      for (const [cookie, owner] of cookies) if (owner === userId) cookies.delete(cookie);
    },
  };
}

function createRooms() {
  const rooms = new Map<string, RoomOnServer>();

  function send(senderId: string, payload: { chatRoomId: string; content: string; clientMessageId: string }) {
    const room = rooms.get(payload.chatRoomId)!;
    const { clientMessageId } = payload;
    const known = room.log.find((m) => m.senderId === senderId && m.clientMessageId === clientMessageId);
    if (known !== undefined) return { message: known, duplicate: true, room };
    const message = toMessage(room, senderId, payload);
    room.log.push(message);
    room.chatRoom = { ...room.chatRoom, lastSeq: message.seq };
    room.marks.set(senderId, message.seq);
    return { message, duplicate: false, room };
  }

  return {
    rooms,
    send,
    online: new Set<string>(),
    watches: new Map<string, string[]>(),
    addRoom(participants: PublicUser[]): RoomOnServer {
      const chatRoom: ChatRoom = {
        ...{ id: createId(), type: 'direct', title: null, courseId: null, participants },
        ...{ participantCount: participants.length, lastSeq: 0, createdAt: new Date().toISOString() },
      };
      const room = { chatRoom, memberIds: participants.map((person) => person.id), log: [], marks: new Map() };
      rooms.set(chatRoom.id, room);
      return room;
    },
    /** A number that nobody took; the room's head moves with the next message. */
    addVoid(room: RoomOnServer, neighbourId: string): void {
      const clientMessageId = `void-${createId()}`;
      const message = toMessage(room, neighbourId, { content: '', clientMessageId });
      room.log.push({ ...message, messageType: 'system', isVoid: true });
    },
    accessRoom(userId: string, chatRoomId: string): RoomOnServer | null {
      const room = rooms.get(chatRoomId);
      return room?.memberIds.includes(userId) ? room : null;
    },
    catchUp(room: RoomOnServer, userId: string, afterSeq?: number): CatchUp & { chatRoom: ChatRoom } {
      const all = withReadFlags(room).slice(afterSeq ?? -limits.pageDefault);
      const messages = afterSeq === undefined ? all : all.slice(0, limits.catchUpMessages);
      const { lastSeq } = room.chatRoom;
      const complete = afterSeq === undefined ? lastSeq <= limits.pageDefault : messages.length === all.length;
      return { chatRoom: room.chatRoom, lastSeq, lastReadSeq: room.marks.get(userId) ?? 0, messages, complete };
    },
    history(room: RoomOnServer, userId: string, query: URLSearchParams) {
      const limit = Number(query.get('limit') ?? limits.pageDefault);
      const [after, before] = [
        Number(query.get('after') ?? 0),
        Number(query.get('before') ?? Number.POSITIVE_INFINITY),
      ];
      const inside = withReadFlags(room).filter(({ seq }) => seq > after && seq < before);
      const messages = query.has('after') ? inside.slice(0, limit) : inside.slice(-limit);
      const { chatRoom } = room;
      return { messages, chatRoom, lastSeq: chatRoom.lastSeq, lastReadSeq: room.marks.get(userId) ?? 0 };
    },
    markRead(room: RoomOnServer, userId: string, upToSeq: number): number {
      const mark = Math.max(room.marks.get(userId) ?? 0, Math.min(upToSeq, room.chatRoom.lastSeq));
      room.marks.set(userId, mark);
      return mark;
    },
    conversations(userId: string): Conversation[] {
      const mine = [...rooms.values()].filter((room) => room.memberIds.includes(userId));
      const lines = mine.map((room) => toConversation(room, userId));
      const place = ({ lastActivityAt, chatRoom }: Conversation) => `${lastActivityAt} ${chatRoom.id}`;
      return lines.sort((a, b) => (place(a) < place(b) ? 1 : -1));
    },
  };
}

function toMessage(
  room: RoomOnServer,
  senderId: string,
  { content, clientMessageId }: { content: string; clientMessageId: string },
): RoomMessage {
  const sender = room.chatRoom.participants.find((person) => person.id === senderId)!;
  const receiver = room.chatRoom.participants.find((person) => person.id !== senderId)!;
  return {
    ...{ id: createId(), chatRoomId: room.chatRoom.id, seq: room.log.length + 1, content, clientMessageId },
    ...{ senderId, senderModel: toRoleModel(sender.role) },
    ...{ receiverId: receiver.id, receiverModel: toRoleModel(receiver.role) },
    ...{ messageType: 'text', isRead: false, createdAt: new Date().toISOString() },
  };
}

function withReadFlags(room: RoomOnServer): RoomMessage[] {
  return room.log.map((message) => ({
    ...message,
    isRead: (room.marks.get(message.receiverId ?? '') ?? 0) >= message.seq,
  }));
}

function toConversation(room: RoomOnServer, userId: string): Conversation {
  const { chatRoom } = room;
  const lastMessage = withReadFlags(room).findLast((message) => !message.isVoid) ?? null;
  const lastReadSeq = room.marks.get(userId) ?? 0;
  return {
    chatRoom,
    with: chatRoom.participants.find((person) => person.id !== userId) ?? null,
    lastMessage,
    lastReadSeq,
    unread: chatRoom.lastSeq - lastReadSeq,
    lastActivityAt: lastMessage?.createdAt ?? chatRoom.createdAt,
  };
}
