import type { ByCourseRole, ByRole, Row } from '../matrix.ts';

// Only administrators keep a tie to the other when the course that connected the two is over.
const noTie = { others: 'NOT_RELATED', admin: 'ok' } as const;
const unknown = { others: 'NOT_FOUND', admin: 'ok' } as const;

/** An observer is no party to a course, and has no tie to its people by it. */
function butObservers(observer: ByRole): ByCourseRole {
  return { student: 'ok', ta: 'ok', instructor: 'ok', observer };
}

/** Both families of messaging, by person and by chat room, and changes of messages. */
export const messageRows: Row[] = [
  { door: 'GET /api/messages', on: 'nothing', answers: 'ok' },
  {
    door: 'POST /api/messages',
    on: 'person',
    body: { to: '$person', text: 'hello' },
    answers: { own: 'VALIDATION_FAILED', member: butObservers(noTie), former: noTie, stranger: noTie },
  },
  {
    door: 'GET /api/messages/:userId',
    at: '/api/messages/$person',
    on: 'person',
    answers: { own: 'NOT_FOUND', member: butObservers(unknown), former: unknown, stranger: unknown },
  },
  {
    // What was written stays readable when the tie is gone.
    door: 'GET /api/messages/:userId',
    at: '/api/messages/$other',
    on: 'direct',
    answers: { own: 'ok', member: 'ok', former: 'ok', stranger: unknown },
  },
  {
    door: 'POST /api/messages/:userId/read',
    at: '/api/messages/$person/read',
    on: 'person',
    answers: { own: 'NOT_FOUND', member: butObservers(unknown), former: unknown, stranger: unknown },
  },
  {
    door: 'POST /api/message/chat-room',
    on: 'person',
    body: { participantId: '$person' },
    answers: { own: 'VALIDATION_FAILED', member: butObservers(noTie), former: noTie, stranger: noTie },
  },
  {
    door: 'GET /api/message/chat-room/:id/messages',
    at: '/api/message/chat-room/$room/messages',
    on: 'direct',
    answers: { own: 'ok', member: 'ok', former: 'ok', stranger: 'NOT_FOUND' },
  },
  {
    door: 'GET /api/message/chat-room/:id/messages',
    at: '/api/message/chat-room/$room/messages',
    on: 'group',
    answers: { own: 'ok', member: 'ok', former: 'NOT_FOUND', stranger: 'NOT_FOUND' },
  },
  {
    door: 'POST /api/message/message',
    on: 'direct',
    body: { chatRoomId: '$room', content: 'hello' },
    answers: { own: 'ok', member: 'ok', former: noTie, stranger: 'NOT_FOUND' },
  },
  {
    door: 'POST /api/message/message',
    on: 'group',
    body: { chatRoomId: '$room', content: 'hello' },
    answers: { own: 'ok', member: 'ok', former: 'NOT_FOUND', stranger: 'NOT_FOUND' },
  },
  {
    // As long as the author may write there.
    door: 'PATCH /api/message/message/:id',
    at: '/api/message/message/$message',
    on: 'direct',
    body: { content: 'hello again' },
    answers: { own: 'ok', member: 'FORBIDDEN', former: noTie, stranger: 'NOT_FOUND' },
  },
  {
    // The author at any time; between two people nobody moderates.
    door: 'DELETE /api/message/message/:id',
    at: '/api/message/message/$message',
    on: 'direct',
    answers: { own: 'ok', member: 'FORBIDDEN', former: 'ok', stranger: 'NOT_FOUND' },
  },
  {
    door: 'PATCH /api/message/message/:id',
    at: '/api/message/message/$message',
    on: 'group',
    body: { content: 'hello again' },
    answers: { own: 'ok', member: 'FORBIDDEN', former: 'NOT_FOUND', stranger: 'NOT_FOUND' },
  },
  {
    // Administrators who are members moderate.
    door: 'DELETE /api/message/message/:id',
    at: '/api/message/message/$message',
    on: 'group',
    answers: {
      own: 'ok',
      member: { others: 'FORBIDDEN', admin: 'ok' },
      former: 'NOT_FOUND',
      stranger: 'NOT_FOUND',
    },
  },
  {
    door: 'GET /api/message/course/:courseId/:currentChatRoomId',
    at: '/api/message/course/$course/none',
    on: 'course',
    answers: { own: 'ok', member: 'ok', former: unknown, stranger: unknown },
  },
  {
    // The course first, then the room, which must be the caller's.
    door: 'GET /api/message/course/:courseId/:currentChatRoomId',
    at: '/api/message/course/$course/$room',
    on: 'direct',
    answers: { own: 'ok', member: 'ok', former: unknown, stranger: 'NOT_FOUND' },
  },
];
