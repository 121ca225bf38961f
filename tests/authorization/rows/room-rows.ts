import type { Row } from '../matrix.ts';

const inRoom = { former: 'NOT_FOUND', stranger: 'NOT_FOUND' } as const;
/** The owner, and administrators who are members. */
const managers = { own: 'ok', member: { others: 'FORBIDDEN', admin: 'ok' }, ...inRoom } as const;
const staffOfCourse = {
  own: 'ok',
  member: { others: 'FORBIDDEN', admin: 'ok' },
  former: { others: 'FORBIDDEN', admin: 'ok' },
  stranger: { others: 'FORBIDDEN', admin: 'ok' },
} as const;
const noTie = { others: 'MESSAGING_NOT_ALLOWED', admin: 'ok' } as const;

/** Rooms of many. */
export const roomRows: Row[] = [
  {
    door: 'POST /api/rooms',
    on: 'person',
    body: { type: 'group', title: 'A group', memberIds: ['$person'] },
    answers: { own: 'ok', member: 'ok', former: noTie, stranger: noTie },
  },
  {
    // Asked again: it names the room that was made first, and opens it to nobody who has left.
    door: 'POST /api/rooms',
    on: 'made',
    body: { type: 'group', title: 'A group', memberIds: ['$administrator'], clientRoomId: '$clientroom' },
    answers: { own: 'ok', former: 'NOT_FOUND' },
  },
  {
    door: 'POST /api/rooms',
    on: 'course',
    body: { type: 'course', title: 'The course', courseId: '$course' },
    answers: staffOfCourse,
  },
  {
    door: 'POST /api/rooms',
    on: 'course',
    body: { type: 'announcement', title: 'From the course', courseId: '$course' },
    answers: staffOfCourse,
  },
  {
    door: 'GET /api/rooms/:id',
    at: '/api/rooms/$room',
    on: 'group',
    answers: { own: 'ok', member: 'ok', ...inRoom },
  },
  {
    door: 'PATCH /api/rooms/:id',
    at: '/api/rooms/$room',
    on: 'group',
    body: { title: 'New title' },
    answers: managers,
  },
  { door: 'DELETE /api/rooms/:id', at: '/api/rooms/$room', on: 'group', answers: managers },
  {
    door: 'GET /api/rooms/:id/members',
    at: '/api/rooms/$room/members',
    on: 'group',
    answers: { own: 'ok', member: 'ok', ...inRoom },
  },
  {
    // Somebody whom everybody may message: who adds them must manage the room all the same.
    door: 'POST /api/rooms/:id/members',
    at: '/api/rooms/$room/members',
    on: 'group',
    body: { userIds: ['$administrator'] },
    answers: managers,
  },
  {
    door: 'DELETE /api/rooms/:id/members/:userId',
    at: '/api/rooms/$room/members/$other',
    on: 'group',
    answers: managers,
  },
  {
    // Leaving.
    door: 'DELETE /api/rooms/:id/members/:userId',
    at: '/api/rooms/$room/members/$self',
    on: 'group',
    answers: { own: 'ok', member: 'ok', ...inRoom },
  },
  {
    door: 'POST /api/rooms/:id/read',
    at: '/api/rooms/$room/read',
    on: 'group',
    answers: { own: 'ok', member: 'ok', ...inRoom },
  },
];
