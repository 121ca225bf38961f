import type { ByCourseRole, ByRole, KindOfCourse, Row } from '../matrix.ts';

const notInRoom = { former: 'NOT_FOUND', stranger: 'NOT_FOUND' } as const;
const membersOnly = { own: 'ok', member: 'ok', ...notInRoom } as const;
const administrators = { others: 'FORBIDDEN', admin: 'ok' } as const;
/** The owner, and administrators who are members. Who teaches the course and does not own the room manages nothing. */
const managers = { own: 'ok', member: administrators, ...notInRoom } as const;
const noWriter = { others: 'NOT_A_WRITER', admin: 'ok' } as const;

type RoomOfCourse = Extract<KindOfCourse, 'course room' | 'announcement'>;

/** In a course room those who observe only look on; in an announcement owners, staff and administrators write. */
const writers: Record<RoomOfCourse, ByCourseRole> = {
  'course room': { student: 'ok', ta: 'ok', instructor: 'ok', observer: noWriter },
  announcement: { student: noWriter, ta: 'ok', instructor: 'ok', observer: noWriter },
};
/** The staff of a course moderate its rooms, whoever owns them. */
const moderators: ByCourseRole = { student: administrators, ta: 'ok', instructor: 'ok', observer: administrators };
const hello = { chatRoomId: '$room', content: 'hello' };

/** Rooms that follow a course, by what somebody is in it. */
export const courseRoomRows: Row[] = (['course room', 'announcement'] as const).flatMap((on) => [
  ...messageRows(on),
  ...roomRows(on),
  ...memberRows(on),
  ...socketRows(on),
]);

function messageRows(on: RoomOfCourse): Row[] {
  return [
    {
      door: 'GET /api/message/chat-room/:id/messages',
      at: '/api/message/chat-room/$room/messages',
      on,
      answers: membersOnly,
    },
    { door: 'POST /api/message/message', on, body: hello, answers: { ...membersOnly, member: writers[on] } },
    {
      door: 'PATCH /api/message/message/:id',
      at: '/api/message/message/$message',
      on,
      body: { content: 'hello again' },
      answers: { ...membersOnly, member: 'FORBIDDEN' },
    },
    {
      door: 'DELETE /api/message/message/:id',
      at: '/api/message/message/$message',
      on,
      alone: true,
      answers: { ...membersOnly, member: moderators },
    },
    {
      // Administrators see any course, and no room of which they are no member.
      door: 'GET /api/message/course/:courseId/:currentChatRoomId',
      at: '/api/message/course/$course/$room',
      on,
      answers: membersOnly,
    },
  ];
}

function roomRows(on: RoomOfCourse): Row[] {
  const at = '/api/rooms/$room';
  return [
    { door: 'GET /api/rooms/:id', at, on, answers: membersOnly },
    { door: 'PATCH /api/rooms/:id', at, on, body: { title: 'New title' }, answers: managers },
    { door: 'DELETE /api/rooms/:id', at, on, alone: true, answers: managers },
    { door: 'POST /api/rooms/:id/read', at: `${at}/read`, on, answers: membersOnly },
  ];
}

function memberRows(on: RoomOfCourse): Row[] {
  const at = '/api/rooms/$room/members';
  const door = 'DELETE /api/rooms/:id/members/:userId';
  // Whom an enrolment put into the room stays as long as the enrolment, whoever wants it otherwise.
  const staysEnrolled: ByRole = { others: 'FORBIDDEN', admin: 'CONFLICT' };
  return [
    { door: 'GET /api/rooms/:id/members', at, on, answers: membersOnly },
    {
      door: 'POST /api/rooms/:id/members',
      at,
      on,
      alone: true,
      body: { userIds: ['$administrator'] },
      answers: managers,
    },
    { door, at: `${at}/$other`, on, alone: true, answers: managers },
    { door, at: `${at}/$enrolled`, on, answers: { own: 'CONFLICT', member: staysEnrolled, ...notInRoom } },
    { door, at: `${at}/$self`, on, answers: { own: 'CONFLICT', member: 'CONFLICT', ...notInRoom } },
  ];
}

function socketRows(on: RoomOfCourse): Row[] {
  const room = { chatRoomId: '$room' };
  const writersOnly = { ...membersOnly, member: writers[on] };
  return [
    { door: 'socket joinRoom', on, body: room, answers: membersOnly },
    // Says nothing of the room, which may not exist.
    { door: 'socket leaveRoom', on, body: room, answers: { own: 'ok', member: 'ok', former: 'ok', stranger: 'ok' } },
    { door: 'socket sendMessage', on, body: hello, answers: writersOnly },
    // Who may not write does not show that they are typing either.
    { door: 'socket typing', on, joined: true, body: room, answers: writersOnly },
    { door: 'socket markRead', on, body: { ...room, upToSeq: 1 }, answers: membersOnly },
    {
      door: 'socket resume',
      on,
      body: { rooms: { $room: 0 } },
      answers: { own: 'ok', member: 'ok', former: 'gone', stranger: 'gone' },
    },
  ];
}
