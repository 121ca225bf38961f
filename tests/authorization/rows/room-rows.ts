import type { Row } from '../matrix.ts';

const inRoom = { former: 'NOT_FOUND', stranger: 'NOT_FOUND' } as const;
/** The owner, and administrators who are members. */
const managers = { own: 'ok', member: { others: 'FORBIDDEN', admin: 'ok' }, ...inRoom } as const;
const administrators = { others: 'FORBIDDEN', admin: 'ok' } as const;
const staffOfCourse = {
  own: 'ok',
  member: { student: administrators, ta: 'ok', instructor: 'ok', observer: administrators },
  former: administrators,
  stranger: administrators,
} as const;
/** A direct room is of two people for good, and nobody manages it. */
const unchangeable = { own: 'FORBIDDEN', member: 'FORBIDDEN', former: 'FORBIDDEN', stranger: 'NOT_FOUND' } as const;
/** What was written stays readable when the tie is gone. */
const readable = { own: 'ok', member: 'ok', former: 'ok', stranger: 'NOT_FOUND' } as const;
const noTie = { others: 'NOT_RELATED', admin: 'ok' } as const;

/** Groups, the making of rooms, and what of it all direct rooms answer. Rooms of a course: `course-room-rows.ts`. */
export const roomRows: Row[] = [
  {
    door: 'POST /api/rooms',
    on: 'person',
    body: { type: 'group', title: 'A group', memberIds: ['$person'] },
    answers: {
      own: 'ok',
      member: { student: 'ok', ta: 'ok', instructor: 'ok', observer: noTie },
      former: noTie,
      stranger: noTie,
    },
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
  { door: 'GET /api/rooms/:id', at: '/api/rooms/$room', on: 'direct', answers: readable },
  {
    door: 'PATCH /api/rooms/:id',
    at: '/api/rooms/$room',
    on: 'direct',
    body: { title: 'New title' },
    answers: unchangeable,
  },
  { door: 'DELETE /api/rooms/:id', at: '/api/rooms/$room', on: 'direct', answers: unchangeable },
  { door: 'GET /api/rooms/:id/members', at: '/api/rooms/$room/members', on: 'direct', answers: readable },
  {
    door: 'POST /api/rooms/:id/members',
    at: '/api/rooms/$room/members',
    on: 'direct',
    body: { userIds: ['$administrator'] },
    answers: unchangeable,
  },
  {
    door: 'DELETE /api/rooms/:id/members/:userId',
    at: '/api/rooms/$room/members/$other',
    on: 'direct',
    answers: unchangeable,
  },
  {
    // Leaving.
    door: 'DELETE /api/rooms/:id/members/:userId',
    at: '/api/rooms/$room/members/$self',
    on: 'direct',
    answers: unchangeable,
  },
  { door: 'POST /api/rooms/:id/read', at: '/api/rooms/$room/read', on: 'direct', answers: readable },
];
