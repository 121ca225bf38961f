import type { AdminCourseMember, AuditLogEntry, FamilyAnswer, FamilyTie } from '@hallway/contracts';
import {
  argument,
  type Command,
  type CommandCall,
  flag,
  limitOf,
  limitOption,
  optional,
  optionalMoment,
  required,
  type Told,
  tellList,
  text,
  toTable,
} from './command.ts';
import { findCourse, findPerson, findSection } from './look-ups.ts';

export const tieCommands: Command[] = [
  {
    name: 'enrol list',
    args: ['course'],
    about: 'lists the members of a course',
    options: { ended: flag('those who were members once'), ...limitOption },
    run: listMembers,
  },
  {
    name: 'enrol add',
    args: ['course', 'user'],
    about: 'makes somebody a member of a course, or changes what they are there',
    options: {
      role: text('student, ta, instructor or observer'),
      section: { ...text('a section, instead of those that they are in; may be given several times'), multiple: true },
    },
    run: addMember,
  },
  { name: 'enrol drop', args: ['course', 'user'], about: 'ends a membership', run: dropMember },
  {
    name: 'guardians add',
    args: ['parent', 'child'],
    about: 'makes somebody the guardian of a child, with exactly these rights',
    options: {
      'no-message': flag('without the right to write because of the child'),
      until: text('last day, such as 2027-06-30'),
    },
    run: addGuardian,
  },
  { name: 'guardians end', args: ['parent', 'child'], about: 'ends a guardianship now', run: endGuardian },
  { name: 'guardians show', args: ['user'], about: 'shows the parents and children of somebody', run: showFamily },
  {
    name: 'audit list',
    args: [],
    about: 'lists what was done, the latest first',
    options: {
      user: text('done to this person'),
      by: text('done by this person'),
      action: text('such as user.deactivated'),
      ...limitOption,
    },
    run: listAudit,
  },
];

async function listMembers(call: CommandCall): Promise<Told> {
  const { id } = await findCourse(call.client, argument(call, 0));
  const query = { status: call.options.ended === true ? 'ended' : 'active' };
  const list = { items: 'members', query, most: limitOf(call) };
  const { found, more } = await call.client.list<AdminCourseMember>(`/api/admin/courses/${id}/members`, list);
  const rows = found.map(({ user, role, sectionIds, source }) => [
    user.username,
    user.name,
    role,
    sectionIds.join(' '),
    source,
  ]);
  return tellList(found, { more, table: toTable(['username', 'name', 'role', 'sections', 'source'], rows) });
}

async function addMember(call: CommandCall): Promise<Told> {
  const { client, options } = call;
  const [course, person] = [await findCourse(client, argument(call, 0)), await findPerson(client, argument(call, 1))];
  const role = required(call, 'role');
  const sectionIds: string[] = [];
  const titles = Array.isArray(options.section) ? options.section : [];
  for (const title of titles) sectionIds.push((await findSection(client, course, String(title))).id);
  const body = { role, ...(titles.length > 0 ? { sectionIds } : {}) };
  await client.send('PUT', `/api/admin/courses/${course.id}/members/${person.id}`, body);
  return {
    json: { courseId: course.id, userId: person.id, ...body },
    lines: [`${person.username} is ${role} in ${course.code}.`],
  };
}

async function dropMember(call: CommandCall): Promise<Told> {
  const { client } = call;
  const [course, person] = [await findCourse(client, argument(call, 0)), await findPerson(client, argument(call, 1))];
  await client.send('DELETE', `/api/admin/courses/${course.id}/members/${person.id}`);
  const json = { courseId: course.id, userId: person.id };
  return { json, lines: [`${person.username} is no member of ${course.code} any more.`] };
}

async function findFamily(call: CommandCall) {
  const parent = await findPerson(call.client, argument(call, 0));
  const child = await findPerson(call.client, argument(call, 1));
  return { parent, child, path: `/api/admin/guardians/${parent.id}/children/${child.id}` };
}

async function addGuardian(call: CommandCall): Promise<Told> {
  const { parent, child, path } = await findFamily(call);
  const rights = { message: call.options['no-message'] !== true };
  const body = { rights, endsAt: optionalMoment(call, 'until', 'end') ?? null };
  await call.client.send('PUT', path, body);
  const json = { parentId: parent.id, studentId: child.id, ...body };
  return { json, lines: [`${parent.username} is a guardian of ${child.username}.`] };
}

async function endGuardian(call: CommandCall): Promise<Told> {
  const { parent, child, path } = await findFamily(call);
  await call.client.send('DELETE', path);
  const json = { parentId: parent.id, studentId: child.id };
  return { json, lines: [`${parent.username} is no guardian of ${child.username} any more.`] };
}

async function showFamily(call: CommandCall): Promise<Told> {
  const { id } = await findPerson(call.client, argument(call, 0));
  const family = await call.client.get<FamilyAnswer>(`/api/admin/users/${id}/family`);
  const toRow = (as: string) => (tie: FamilyTie) => [as, tie.user.username, tie.user.name, stateOf(tie)];
  const rows = [...family.parents.map(toRow('parent')), ...family.children.map(toRow('child'))];
  return { json: family, lines: toTable(['', 'username', 'name', ''], rows) };
}

function stateOf({ rights, endsAt, ended }: FamilyTie): string {
  if (ended) return `ended ${endsAt}`;
  return [...(rights.message ? [] : ['may not write']), ...(endsAt === null ? [] : [`until ${endsAt}`])].join(', ');
}

async function listAudit(call: CommandCall): Promise<Told> {
  const { client } = call;
  const [user, by] = [optional(call, 'user'), optional(call, 'by')];
  const targetId = user === undefined ? undefined : (await findPerson(client, user)).id;
  const actorId = by === undefined ? undefined : (await findPerson(client, by)).id;
  const query = { targetId, actorId, action: optional(call, 'action') };
  const list = { items: 'entries', query, most: limitOf(call) };
  const { found, more } = await client.list<AuditLogEntry>('/api/admin/audit', list);
  const rows = found.map((entry) => [
    entry.at,
    entry.action,
    entry.actorId ?? 'hallway',
    entry.targetId ?? '',
    JSON.stringify(entry.details),
  ]);
  return tellList(found, { more, table: toTable(['at', 'action', 'by', 'to', 'details'], rows) });
}
