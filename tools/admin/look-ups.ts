import { type AdminCourse, type AdminUser, isId, type Section } from '@hallway/contracts';
import { Refusal } from '../terminal/refusal.ts';
import type { AdminClient } from './admin-client.ts';

// Whoever has a name that is part of so many others is found by id.
const lookedThrough = 2000;

/** A person by username or id. */
export async function findPerson(client: AdminClient, nameOrId: string): Promise<AdminUser> {
  if (isId(nameOrId)) return (await client.get<{ user: AdminUser }>(`/api/admin/users/${nameOrId}`)).user;
  const query = { query: nameOrId };
  const { found } = await client.list<AdminUser>('/api/admin/users', { items: 'users', query, most: lookedThrough });
  const sought = toKey(nameOrId);
  const person = found.find(({ username }) => toKey(username) === sought);
  if (person) return person;
  throw new Refusal(`Nobody has the username ${nameOrId}.`);
}

/** A course by id, by code, or by code and term as in `CS101@Autumn 2026`. */
export async function findCourse(client: AdminClient, codeOrId: string): Promise<AdminCourse> {
  if (isId(codeOrId)) return (await client.get<{ course: AdminCourse }>(`/api/admin/courses/${codeOrId}`)).course;
  const [code = '', ...rest] = String(codeOrId).split('@');
  const term = rest.length > 0 ? toKey(rest.join('@')) : null;
  const list = { items: 'courses', query: { query: code }, most: lookedThrough };
  const { found } = await client.list<AdminCourse>('/api/admin/courses', list);
  const fitting = found.filter((course) => toKey(course.code) === toKey(code));
  const chosen = fitting.filter((course) => term === null || toKey(course.term) === term);
  if (chosen.length === 1 && chosen[0]) return chosen[0];
  if (chosen.length === 0) throw new Refusal(`There is no course ${codeOrId}.`);
  const choices = chosen.map((course) => `  ${course.code}@${course.term}   ${course.id}`);
  throw new Refusal([`Several courses are called ${codeOrId}. Say which:`, ...choices].join('\n'));
}

/** A section of a course by title or id. */
export async function findSection(client: AdminClient, course: AdminCourse, titleOrId: string): Promise<Section> {
  const list = { items: 'sections', most: lookedThrough };
  const { found } = await client.list<Section>(`/api/admin/courses/${course.id}/sections`, list);
  const fitting = found.filter(({ id, title }) => id === titleOrId || toKey(title) === toKey(titleOrId));
  if (fitting.length === 1 && fitting[0]) return fitting[0];
  if (fitting.length > 1) throw new Refusal(`Several sections are called ${titleOrId}: give an id.`);
  throw new Refusal(`${course.code} has no section ${titleOrId}.`);
}

function toKey(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
