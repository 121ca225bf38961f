import type { ByRole, Row } from '../matrix.ts';

const administrators: ByRole = { others: 'FORBIDDEN', admin: 'ok' };
const ends = '2030-01-31T00:00:00.000Z';

function adminRow(door: string, at?: string, body?: unknown): Row {
  return {
    door,
    on: 'campus',
    answers: administrators,
    ...(at === undefined ? {} : { at }),
    ...(body === undefined ? {} : { body }),
  };
}

/** What administrators do: nothing of it is open to anybody else, however they stand to the people concerned. */
export const adminRows: Row[] = [
  adminRow('POST /api/admin/users', undefined, { username: '$fresh', name: 'Somebody New', role: 'student' }),
  adminRow('GET /api/admin/users'),
  adminRow('GET /api/admin/users/:id', '/api/admin/users/$user'),
  adminRow('PATCH /api/admin/users/:id', '/api/admin/users/$user', { name: 'Another Name' }),
  adminRow('PUT /api/admin/users/:id/roles', '/api/admin/users/$user/roles', { roles: ['student', 'parent'] }),
  adminRow('GET /api/admin/users/:id/sessions', '/api/admin/users/$user/sessions'),
  adminRow('DELETE /api/admin/users/:id/sessions', '/api/admin/users/$user/sessions'),
  adminRow('DELETE /api/admin/users/:id/second-factor', '/api/admin/users/$user/second-factor'),
  adminRow('GET /api/admin/users/:id/family', '/api/admin/users/$user/family'),
  adminRow('POST /api/admin/courses', undefined, { code: '$fresh', title: 'Some course', term: '2026' }),
  adminRow('GET /api/admin/courses'),
  adminRow('GET /api/admin/courses/:id', '/api/admin/courses/$course'),
  adminRow('PATCH /api/admin/courses/:id', '/api/admin/courses/$course', { title: 'Another title' }),
  adminRow('GET /api/admin/courses/:id/members', '/api/admin/courses/$course/members'),
  adminRow('PUT /api/admin/courses/:id/members/:userId', '/api/admin/courses/$course/members/$user', {
    role: 'student',
  }),
  adminRow('DELETE /api/admin/courses/:id/members/:userId', '/api/admin/courses/$course/members/$user'),
  adminRow('POST /api/admin/courses/:id/sections', '/api/admin/courses/$course/sections', { title: 'Section B' }),
  adminRow('GET /api/admin/courses/:id/sections', '/api/admin/courses/$course/sections'),
  adminRow('PATCH /api/admin/sections/:id', '/api/admin/sections/$section', { title: 'Section C' }),
  adminRow('POST /api/admin/sections/:id/members', '/api/admin/sections/$section/members', { userIds: ['$user'] }),
  adminRow('POST /api/admin/terms', undefined, { title: '$fresh', startsAt: '2030-01-01T00:00:00.000Z', endsAt: ends }),
  adminRow('GET /api/admin/terms'),
  adminRow('PATCH /api/admin/terms/:id', '/api/admin/terms/$term', { title: 'Spring' }),
  adminRow('PUT /api/admin/guardians/:parentId/children/:studentId', '/api/admin/guardians/$parent/children/$user'),
  adminRow('DELETE /api/admin/guardians/:parentId/children/:studentId', '/api/admin/guardians/$parent/children/$user'),
  adminRow('GET /api/admin/audit'),
  // The call brings no ZIP, and no import has that id: an administrator comes as far as that.
  {
    door: 'POST /api/admin/roster-imports',
    on: 'nothing',
    answers: { others: 'FORBIDDEN', admin: 'VALIDATION_FAILED' },
  },
  {
    door: 'GET /api/admin/roster-imports/:id',
    at: '/api/admin/roster-imports/0123456789abcdef01234567',
    on: 'nothing',
    answers: { others: 'FORBIDDEN', admin: 'NOT_FOUND' },
  },
];
