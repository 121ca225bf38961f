import type { AddMembersAnswer, ChatRoom, MyRoomAnswer, RoomMembersAnswer, RoomMessage } from '@hallway/contracts';
import type { Conversations } from './conversations.ts';
import { createClientMessageId } from './outbox-entry.ts';
import type { PeopleCache } from './people-cache.ts';
import type { Rest } from './rest.ts';
import type { Rooms } from './rooms-types.ts';
import type { Timelines } from './timelines.ts';

interface RoomsDeps {
  rest: Rest;
  people: PeopleCache;
  conversations: Pick<Conversations, 'addRoom' | 'dispatch' | 'data'>;
  timelines: Pick<Timelines, 'find'>;
  /** The room is not the person's any more. */
  onGone: (chatRoomId: string) => void;
}

export function createRooms(deps: RoomsDeps): Rooms {
  const { rest, people, conversations, onGone } = deps;

  async function leaveRoom(chatRoomId: string): Promise<void> {
    await rest.remove(`${pathOf(chatRoomId)}/members/${encodeURIComponent(conversations.data.me)}`);
    onGone(chatRoomId);
  }

  return {
    ...createChanges(deps),
    async createRoom(room) {
      // Made up once for each call: a request that is sent again after a doubt makes no second room.
      const body = { clientRoomId: createClientMessageId(), ...room };
      const { chatRoom } = (await rest.post('/api/rooms', body)) as { chatRoom: ChatRoom };
      people.meetRoom(chatRoom);
      conversations.addRoom(chatRoom);
      return chatRoom;
    },
    async room(chatRoomId) {
      const answer = (await rest.get(pathOf(chatRoomId))) as MyRoomAnswer;
      applyRoom(deps, answer.chatRoom);
      return answer;
    },
    async renameRoom(chatRoomId, title) {
      const { chatRoom } = (await rest.patch(pathOf(chatRoomId), { title })) as { chatRoom: ChatRoom };
      applyRoom(deps, chatRoom);
      return chatRoom;
    },
    async roomMembers(chatRoomId, cursor) {
      const answer = (await rest.get(`${pathOf(chatRoomId)}/members`, { cursor })) as RoomMembersAnswer;
      people.meet(answer.members);
      return answer;
    },
    async addMembers(chatRoomId, userIds) {
      const answer = (await rest.post(`${pathOf(chatRoomId)}/members`, { userIds })) as AddMembersAnswer;
      applyRoom(deps, answer.chatRoom);
      return answer.added;
    },
    async removeMember(chatRoomId, userId) {
      if (userId === conversations.data.me) return leaveRoom(chatRoomId);
      await rest.remove(`${pathOf(chatRoomId)}/members/${encodeURIComponent(userId)}`);
    },
    leaveRoom,
    async deleteRoom(chatRoomId) {
      await rest.remove(pathOf(chatRoomId));
      onGone(chatRoomId);
    },
  };
}

function createChanges({ rest, conversations, timelines }: RoomsDeps): Pick<Rooms, 'editMessage' | 'deleteMessage'> {
  function apply(answer: unknown): RoomMessage {
    const { message } = answer as { message: RoomMessage };
    timelines.find(message.chatRoomId)?.dispatch({ type: 'messages', messages: [message] });
    conversations.dispatch({ type: 'message', message });
    return message;
  }
  const pathOfMessage = (messageId: string) => `/api/message/message/${encodeURIComponent(messageId)}`;
  return {
    editMessage: async (messageId, content) => apply(await rest.patch(pathOfMessage(messageId), { content })),
    deleteMessage: async (messageId) => apply(await rest.remove(pathOfMessage(messageId))),
  };
}

function applyRoom({ people, conversations, timelines }: RoomsDeps, chatRoom: ChatRoom): void {
  people.meetRoom(chatRoom);
  timelines.find(chatRoom.id)?.dispatch({ type: 'roomUpdated', chatRoom });
  conversations.dispatch({ type: 'roomUpdated', chatRoom });
}

function pathOf(chatRoomId: string): string {
  return `/api/rooms/${encodeURIComponent(chatRoomId)}`;
}
