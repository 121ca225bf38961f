import type { Row } from '../matrix.ts';

const unknown = { others: 'NOT_FOUND', admin: 'ok' } as const;
// An observer is no party to the course: nobody of it is there for them.
const members = { student: 'FORBIDDEN', ta: 'FORBIDDEN', instructor: 'FORBIDDEN' } as const;
const mustStayReachable = { others: 'NOT_FOUND', admin: 'FORBIDDEN' } as const;

/** Who is there, whom one may message and why, and one's block list. */
export const directoryRows: Row[] = [
  { door: 'GET /api/directory/people', on: 'nothing', answers: 'ok' },
  { door: 'GET /api/directory/courses', on: 'nothing', answers: 'ok' },
  { door: 'GET /api/directory/children', on: 'nothing', answers: 'ok' },
  {
    door: 'GET /api/directory/people/:id/may-message',
    at: '/api/directory/people/$person/may-message',
    on: 'person',
    answers: { own: 'VALIDATION_FAILED', member: 'ok', former: unknown, stranger: unknown },
  },
  {
    door: 'GET /api/directory/people/:id/may-message',
    at: '/api/directory/people/$person/may-message?from=$host',
    on: 'person',
    answers: {
      own: { others: 'FORBIDDEN', admin: 'ok' },
      member: { others: 'FORBIDDEN', admin: 'ok' },
      former: { others: 'FORBIDDEN', admin: 'ok' },
      stranger: { others: 'FORBIDDEN', admin: 'ok' },
    },
  },
  { door: 'GET /api/directory/blocks', on: 'nothing', answers: 'ok' },
  {
    door: 'PUT /api/directory/blocks/:userId',
    at: '/api/directory/blocks/$person',
    on: 'person',
    // The person assists in the caller's course, and must stay reachable there; administrators must be for everybody.
    answers: {
      own: 'VALIDATION_FAILED',
      member: { ...members, observer: { others: 'ok', admin: 'FORBIDDEN' } },
      former: mustStayReachable,
      stranger: mustStayReachable,
    },
  },
  {
    door: 'DELETE /api/directory/blocks/:userId',
    at: '/api/directory/blocks/$person',
    on: 'person',
    answers: { own: 'ok', member: 'ok', former: 'ok', stranger: 'ok' },
  },
];
