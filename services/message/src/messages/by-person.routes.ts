import {
  type AccessClaims,
  ConversationsAnswer,
  DirectMessageAnswer,
  HistoryQuery,
  ListQuery,
  PersonHistoryAnswer,
  ReadAnswer,
  ReadBody,
  SendToPersonBody,
  toDirectMessage,
  UserIdParams,
} from '@hallway/contracts';
import { AppError, callerOf, type HttpServer, traceOf, validationFailed } from '@hallway/platform';
import type { DirectoryReader, PolicySettings } from '@hallway/policy';
import type { ListConversations } from '../conversations/list-conversations.ts';
import { isReachable } from '../policy/check-pair.ts';
import type { FindPeopleFacts } from '../policy/people-facts.ts';
import type { MarkReadUseCase } from '../read-marks/mark-read.ts';
import type { ReadMarksReader } from '../read-marks/read-marks.reader.ts';
import type { OpenDirectRoomUseCase } from '../rooms/open-direct-room.ts';
import type { Room, RoomsRepository } from '../rooms/rooms.repository.ts';
import { countHistoryRead, type HistoryReads } from './count-history-read.ts';
import type { DescribeMessages } from './describe-messages.ts';
import type { ListMessages } from './list-messages.ts';
import type { SendMessage } from './send-message.ts';

export interface ByPersonDeps {
  rooms: RoomsRepository;
  directory: DirectoryReader;
  findPeopleFacts: FindPeopleFacts;
  settings: PolicySettings;
  openDirectRoom: OpenDirectRoomUseCase;
  sendMessage: SendMessage;
  listConversations: ListConversations;
  listMessages: ListMessages;
  describeMessages: DescribeMessages;
  readMarks: ReadMarksReader;
  markRead: MarkReadUseCase;
  historyReads: HistoryReads;
}

/** Messaging by person: `/api/messages`. */
export function addByPersonRoutes(app: HttpServer, deps: ByPersonDeps): void {
  const { openDirectRoom, sendMessage, listConversations, markRead } = deps;

  app.post(
    '/api/messages',
    { schema: { body: SendToPersonBody, response: { 200: DirectMessageAnswer, 201: DirectMessageAnswer } } },
    async (request, reply) => {
      const caller = callerOf(request);
      const { to, text, clientMessageId } = request.body;
      if (to === caller.sub) throw validationFailed([{ path: '/to', message: 'must be another person' }]);
      // A room that exists is written to without asking the policy here: the commit asks, after it has looked for repeats.
      const known = await deps.rooms.findDirectRoom(caller.sub, to);
      const room = known ?? (await openDirectRoom({ callerId: caller.sub, participantId: to })).room;
      const { message, duplicate } = await sendMessage({
        ...fromCaller(caller, room),
        ...traceOf(request),
        content: text,
        clientMessageId,
        contentPath: '/text',
      });
      return reply.status(duplicate ? 200 : 201).send({ message: toDirectMessage(message) });
    },
  );

  app.get('/api/messages', { schema: { querystring: ListQuery, response: { 200: ConversationsAnswer } } }, (request) =>
    listConversations(callerOf(request).sub, request.query),
  );

  app.get(
    '/api/messages/:userId',
    { schema: { params: UserIdParams, querystring: HistoryQuery, response: { 200: PersonHistoryAnswer } } },
    (request) => listHistory(deps, callerOf(request).sub, { ...request.query, with: request.params.userId }),
  );

  app.post(
    '/api/messages/:userId/read',
    { schema: { params: UserIdParams, body: ReadBody, response: { 200: ReadAnswer } } },
    async (request) => {
      const userId = callerOf(request).sub;
      const room = await findRoomWith(deps, userId, request.params.userId);
      if (!room) return { chatRoomId: null, lastReadSeq: 0, unread: 0 };
      const mark = await markRead({ userId, chatRoomId: room.id, upToSeq: request.body.upToSeq });
      return { chatRoomId: room.id, ...mark };
    },
  );
}

function fromCaller(caller: AccessClaims, room: Room) {
  return { senderId: caller.sub, senderRole: caller.role, chatRoomId: room.id, messageType: 'text' as const };
}

/**
 * The room with a person, or null where nobody has written yet. A person whom the caller may not message, and one who does
 * not exist, are the same NOT_FOUND, unless there is a history to read.
 */
async function findRoomWith(deps: ByPersonDeps, callerId: string, otherId: string): Promise<Room | null> {
  const room = callerId === otherId ? null : await deps.rooms.findDirectRoom(callerId, otherId);
  if (room) return room;
  const people = await deps.findPeopleFacts([callerId, otherId]);
  if (isReachable(people.get(callerId), people.get(otherId), deps.settings)) return null;
  throw new AppError({ code: 'NOT_FOUND', internal: 'no such person for the caller' });
}

type PersonHistory = HistoryQuery & { with: string };

async function listHistory(deps: ByPersonDeps, callerId: string, { with: otherId, ...query }: PersonHistory) {
  const room = await findRoomWith(deps, callerId, otherId);
  if (!room) return { chatRoomId: null, messages: [], lastSeq: 0, lastReadSeq: 0 };
  countHistoryRead(deps.historyReads, query);
  const [{ messages, lastSeq }, marks] = await Promise.all([
    deps.listMessages(room.id, query),
    deps.readMarks.ofPerson(callerId, [room.id]),
  ]);
  const described = await deps.describeMessages(messages);
  return {
    chatRoomId: room.id,
    messages: described.map(toDirectMessage),
    lastSeq,
    lastReadSeq: Math.min(marks.get(room.id) ?? 0, lastSeq),
  };
}
