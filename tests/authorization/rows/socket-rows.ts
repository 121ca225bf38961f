import type { Row } from '../matrix.ts';

const nowhere = { former: 'NOT_FOUND', stranger: 'NOT_FOUND' } as const;
const room = { chatRoomId: '$room' };
const notTold = { others: 'absent', admin: 'ok' } as const;

/** Socket events but those in rooms of a course. Everybody who asks is connected. */
export const socketRows: Row[] = [
  { door: 'socket joinRoom', on: 'group', body: room, answers: { own: 'ok', member: 'ok', ...nowhere } },
  {
    door: 'socket joinRoom',
    on: 'direct',
    body: room,
    answers: { own: 'ok', member: 'ok', former: 'ok', stranger: 'NOT_FOUND' },
  },
  // Says nothing of the room, which may not exist.
  {
    door: 'socket leaveRoom',
    on: 'group',
    body: room,
    answers: { own: 'ok', member: 'ok', former: 'ok', stranger: 'ok' },
  },
  {
    door: 'socket leaveRoom',
    on: 'direct',
    body: room,
    answers: { own: 'ok', member: 'ok', former: 'ok', stranger: 'ok' },
  },
  {
    door: 'socket sendMessage',
    on: 'group',
    body: { ...room, content: 'hello' },
    answers: { own: 'ok', member: 'ok', ...nowhere },
  },
  {
    door: 'socket sendMessage',
    on: 'direct',
    body: { ...room, content: 'hello' },
    answers: {
      own: 'ok',
      member: 'ok',
      former: { others: 'NOT_RELATED', admin: 'ok' },
      stranger: 'NOT_FOUND',
    },
  },
  // Heard by those who have the room open: the socket must have joined it, which only members can.
  {
    door: 'socket typing',
    on: 'group',
    body: room,
    answers: { own: 'NOT_FOUND', member: 'NOT_FOUND', ...nowhere },
  },
  {
    door: 'socket typing',
    on: 'group',
    joined: true,
    body: room,
    answers: { own: 'ok', member: 'ok', ...nowhere },
  },
  {
    // Between two people it says as much as a message does.
    door: 'socket typing',
    on: 'direct',
    joined: true,
    body: room,
    answers: {
      own: 'ok',
      member: 'ok',
      former: { others: 'NOT_RELATED', admin: 'ok' },
      stranger: 'NOT_FOUND',
    },
  },
  {
    door: 'socket markRead',
    on: 'group',
    body: { ...room, upToSeq: 1 },
    answers: { own: 'ok', member: 'ok', ...nowhere },
  },
  {
    door: 'socket markRead',
    on: 'direct',
    body: { ...room, upToSeq: 1 },
    answers: { own: 'ok', member: 'ok', former: 'ok', stranger: 'NOT_FOUND' },
  },
  {
    door: 'socket resume',
    on: 'group',
    body: { rooms: { $room: 0 } },
    answers: { own: 'ok', member: 'ok', former: 'gone', stranger: 'gone' },
  },
  {
    door: 'socket resume',
    on: 'direct',
    body: { rooms: { $room: 0 } },
    answers: { own: 'ok', member: 'ok', former: 'ok', stranger: 'gone' },
  },
  {
    // The person is online; who may not message them is not told.
    door: 'socket watchPresence',
    on: 'person',
    body: { userIds: ['$person'] },
    answers: {
      own: 'absent',
      member: { student: 'ok', ta: 'ok', instructor: 'ok', observer: notTold },
      former: notTold,
      stranger: notTold,
    },
  },
  { door: 'socket refreshSession', on: 'nothing', body: { token: '$token' }, answers: 'ok' },
];
