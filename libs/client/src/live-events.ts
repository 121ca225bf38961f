import type { RoomMessage, ServerEvents } from '@hallway/contracts';
import type { Connection } from './connection.ts';
import type { Conversations } from './conversations.ts';
import type { Outbox } from './outbox.ts';
import type { PeopleCache } from './people-cache.ts';
import type { Presence } from './presence.ts';
import type { Sync } from './sync.ts';
import type { Timelines } from './timelines.ts';

interface LiveEventParts {
  connection: Connection;
  timelines: Timelines;
  conversations: Conversations;
  outbox: Outbox;
  presence: Presence;
  people: PeopleCache;
  sync: Sync;
}

/** Leads what the server says to the states that it concerns. */
export function routeLiveEvents(parts: LiveEventParts): void {
  const { connection, timelines, conversations, presence, people, sync } = parts;
  connection.on('receiveMessage', (message) => onMessage(parts, message));
  connection.on('messageUpdated', (message) => onMessage(parts, message));
  connection.on('new_message', (message) => onDirectMessage(parts, message));
  connection.on('messagesRead', ({ chatRoomId, userId, lastReadSeq }) => {
    timelines.find(chatRoomId)?.dispatch({ type: 'read', userId, lastReadSeq });
    conversations.dispatch({ type: 'read', chatRoomId, userId, lastReadSeq });
  });
  connection.on('typing', ({ chatRoomId, userId, isTyping }) => timelines.find(chatRoomId)?.typed(userId, isTyping));
  connection.on('presence', (event) => presence.apply(event));
  connection.on('roomAdded', ({ chatRoom }) => {
    conversations.addRoom(chatRoom);
    timelines.find(chatRoom.id)?.join();
  });
  connection.on('roomUpdated', ({ chatRoom }) => {
    people.meetRoom(chatRoom);
    timelines.find(chatRoom.id)?.dispatch({ type: 'roomUpdated', chatRoom });
    conversations.dispatch({ type: 'roomUpdated', chatRoom });
  });
  connection.on('roomRemoved', ({ chatRoomId }) => sync.leave(chatRoomId));
  connection.on('resync', () => sync.resync());
}

function onMessage({ timelines, conversations, outbox }: LiveEventParts, message: RoomMessage): void {
  timelines.find(message.chatRoomId)?.dispatch({ type: 'messages', messages: [message] });
  outbox.confirm(message);
  if (conversations.data.byRoom.has(message.chatRoomId)) conversations.dispatch({ type: 'message', message });
  else conversations.lookUp(message.chatRoomId);
}

/** Comes for rooms that this socket has not joined. An open timeline is about to join and fetches the message itself. */
function onDirectMessage(parts: LiveEventParts, direct: ServerEvents['new_message']): void {
  const timeline = parts.timelines.find(direct.chatRoomId);
  timeline?.dispatch({ type: 'heard', lastSeq: direct.seq });
  const message = parts.conversations.hear(direct);
  if (timeline === undefined && message !== null) parts.outbox.confirm(message);
}
