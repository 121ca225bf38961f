import {
  CourseAnswer,
  CourseParams,
  HistoryQuery,
  IdParams,
  OpenRoomAnswer,
  OpenRoomBody,
  RoomHistoryAnswer,
  RoomMessageAnswer,
  SendToRoomBody,
} from '@hallway/contracts';
import { AppError, callerOf, type HttpServer, traceOf, validationFailed } from '@hallway/platform';
import type { ListCoursePeople } from '../courses/list-course-people.ts';
import type { ReadMarksReader } from '../read-marks/read-marks.reader.ts';
import type { RoomAccess } from '../rooms/access-room.ts';
import { hiddenUpTo } from '../rooms/accessible-room.ts';
import type { DescribeRooms } from '../rooms/describe-rooms.ts';
import type { OpenDirectRoomUseCase } from '../rooms/open-direct-room.ts';
import type { RoomsRepository } from '../rooms/rooms.repository.ts';
import { countHistoryRead, type HistoryReads } from './count-history-read.ts';
import type { DescribeMessages } from './describe-messages.ts';
import type { ListMessages } from './list-messages.ts';
import type { SendMessage } from './send-message.ts';

export interface ByRoomDeps {
  access: RoomAccess;
  rooms: RoomsRepository;
  openDirectRoom: OpenDirectRoomUseCase;
  describeRooms: DescribeRooms;
  sendMessage: SendMessage;
  listMessages: ListMessages;
  describeMessages: DescribeMessages;
  readMarks: ReadMarksReader;
  listCoursePeople: ListCoursePeople;
  historyReads: HistoryReads;
}

/** Messaging by chat room: `/api/message/*`. */
export function addByRoomRoutes(app: HttpServer, deps: ByRoomDeps): void {
  app.post(
    '/api/message/chat-room',
    { schema: { body: OpenRoomBody, response: { 200: OpenRoomAnswer, 201: OpenRoomAnswer } } },
    async (request, reply) => {
      const { room, created } = await deps.openDirectRoom({
        callerId: callerOf(request).sub,
        ...toOther(request.body),
      });
      return reply.status(created ? 201 : 200).send({ chatRoom: await describeRoom(deps, room.id), created });
    },
  );

  app.get(
    '/api/message/chat-room/:id/messages',
    { schema: { params: IdParams, querystring: HistoryQuery, response: { 200: RoomHistoryAnswer } } },
    (request) => listHistory(deps, callerOf(request).sub, { ...request.query, chatRoomId: request.params.id }),
  );

  app.post(
    '/api/message/message',
    { schema: { body: SendToRoomBody, response: { 200: RoomMessageAnswer, 201: RoomMessageAnswer } } },
    async (request, reply) => {
      const caller = callerOf(request);
      const { senderId, messageType = 'text', ...body } = request.body;
      if (senderId !== undefined && senderId !== caller.sub) {
        throw new AppError({ code: 'FORBIDDEN', internal: 'a sender who is not the caller' });
      }
      const sender = { senderId: caller.sub, senderRole: caller.role };
      const send = { ...body, ...traceOf(request), ...sender, messageType, contentPath: '/content' };
      const { message, duplicate } = await deps.sendMessage(send);
      return reply.status(duplicate ? 200 : 201).send({ message });
    },
  );

  app.get(
    '/api/message/course/:courseId/:currentChatRoomId',
    { schema: { params: CourseParams, response: { 200: CourseAnswer } } },
    async (request) => {
      const caller = callerOf(request);
      const { courseId, currentChatRoomId } = request.params;
      const people = await deps.listCoursePeople(caller, courseId);
      if (currentChatRoomId === 'none') return { ...people, currentChatRoom: null };
      await deps.access.accessRoom(currentChatRoomId, caller.sub);
      return { ...people, currentChatRoom: await describeRoom(deps, currentChatRoomId) };
    },
  );
}

/** Whom a room is wanted with, and as what they are taken. */
function toOther({ participantId, studentId, instructorId, courseId }: OpenRoomBody) {
  const named = [
    { participantId, expectedRole: undefined },
    { participantId: studentId, expectedRole: 'student' as const },
    { participantId: instructorId, expectedRole: 'instructor' as const },
  ].flatMap((one) => (one.participantId === undefined ? [] : [{ ...one, participantId: one.participantId, courseId }]));
  const [other] = named;
  if (other && named.length === 1) return other;
  throw validationFailed([{ path: '/', message: 'takes exactly one of participantId, studentId and instructorId' }]);
}

async function describeRoom({ rooms, describeRooms }: ByRoomDeps, roomId: string) {
  const room = (await rooms.findRooms([roomId])).get(roomId);
  const [chatRoom] = room ? await describeRooms([room]) : [];
  if (!chatRoom) throw new AppError({ code: 'NOT_FOUND', internal: 'the room went away' });
  return chatRoom;
}

type RoomHistory = HistoryQuery & { chatRoomId: string };

async function listHistory(deps: ByRoomDeps, callerId: string, { chatRoomId, ...query }: RoomHistory) {
  const room = await deps.access.accessRoom(chatRoomId, callerId);
  countHistoryRead(deps.historyReads, query);
  const [chatRoom, { messages, lastSeq }, marks] = await Promise.all([
    describeRoom(deps, chatRoomId),
    deps.listMessages(chatRoomId, { ...query, hiddenUpTo: hiddenUpTo(room) }),
    deps.readMarks.ofPerson(callerId, [chatRoomId]),
  ]);
  const described = await deps.describeMessages(messages);
  return { messages: described, chatRoom, lastSeq, lastReadSeq: Math.min(marks.get(chatRoomId) ?? 0, lastSeq) };
}
