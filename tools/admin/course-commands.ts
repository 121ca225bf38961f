import type { AdminCourse, Section, Term } from '@hallway/contracts';
import {
  argument,
  type Command,
  type CommandCall,
  limitOf,
  limitOption,
  optional,
  optionalMoment,
  readMoment,
  required,
  type Told,
  tellList,
  text,
  toTable,
  UsageError,
} from './command.ts';
import { findCourse, findPerson, findSection } from './look-ups.ts';

const courseOptions = {
  title: text('title of the course'),
  'term-id': text('id of a term, whose end is then that of the course'),
  concludes: text('when it ends, such as 2027-01-31; "never" takes that away'),
  students: text('who may write to whom among its students: shared-course, staff-only; "default" as everywhere'),
  parents: text('whether parents may write because of it: on, off; "default" as everywhere'),
};

export const courseCommands: Command[] = [
  {
    name: 'courses list',
    args: [],
    about: 'lists courses by code',
    options: { query: text('part of a code or title'), 'term-id': text('id of a term'), ...limitOption },
    run: listCourses,
  },
  { name: 'courses show', args: ['course'], about: 'shows one course', run: showCourse },
  {
    name: 'courses add',
    args: ['code'],
    about: 'makes a course',
    options: { term: text('title of the term'), ...courseOptions },
    run: addCourse,
  },
  {
    name: 'courses change',
    args: ['course'],
    about: 'changes a course',
    options: { term: text('title of the term'), ...courseOptions },
    run: changeCourse,
  },
  { name: 'sections list', args: ['course'], about: 'lists the sections of a course', run: listSections },
  { name: 'sections add', args: ['course', 'title'], about: 'makes a section', run: addSection },
  {
    name: 'sections rename',
    args: ['course', 'section', 'title'],
    about: 'gives a section another title',
    run: renameSection,
  },
  {
    name: 'sections move',
    args: ['course', 'section', 'user...'],
    about: 'puts members into a section',
    options: { from: text('the section that they leave, or "all"; none otherwise') },
    run: moveMembers,
  },
  { name: 'terms list', args: [], about: 'lists terms, the latest first', options: limitOption, run: listTerms },
  {
    name: 'terms add',
    args: ['title'],
    about: 'makes a term',
    options: { starts: text('first day, such as 2026-09-01'), ends: text('last day') },
    run: addTerm,
  },
  {
    name: 'terms change',
    args: ['term id'],
    about: 'changes a term, and with it the courses that end when it ends',
    options: { title: text('its title'), starts: text('first day, such as 2026-09-01'), ends: text('last day') },
    run: changeTerm,
  },
];

async function listCourses(call: CommandCall): Promise<Told> {
  const query = { query: optional(call, 'query'), termId: optional(call, 'term-id') };
  const list = { items: 'courses', query, most: limitOf(call) };
  const { found, more } = await call.client.list<AdminCourse>('/api/admin/courses', list);
  const rows = found.map(({ id, code, title, term, concludesAt }) => [id, code, title, term, concludesAt ?? '']);
  return tellList(found, { more, table: toTable(['id', 'code', 'title', 'term', 'concludes'], rows) });
}

async function showCourse(call: CommandCall): Promise<Told> {
  return tellCourse(await findCourse(call.client, argument(call, 0)));
}

async function addCourse(call: CommandCall): Promise<Told> {
  const given = { code: argument(call, 0), title: required(call, 'title'), term: required(call, 'term') };
  const body = { ...given, ...readFields(call) };
  const { course } = await call.client.send<{ course: AdminCourse }>('POST', '/api/admin/courses', body);
  return tellCourse(course);
}

async function changeCourse(call: CommandCall): Promise<Told> {
  const { id, settings } = await findCourse(call.client, argument(call, 0));
  const body = { title: optional(call, 'title'), term: optional(call, 'term'), ...readFields(call, settings) };
  const { course } = await call.client.send<{ course: AdminCourse }>('PATCH', `/api/admin/courses/${id}`, body);
  return tellCourse(course);
}

/** What is undefined was not given and is not sent. */
function readFields(call: CommandCall, settings: AdminCourse['settings'] = {}): object {
  const changed = { ...settings, ...readSettings(call) };
  const kept = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined));
  const asked = optional(call, 'students') !== undefined || optional(call, 'parents') !== undefined;
  return {
    termId: optional(call, 'term-id'),
    concludesAt: optional(call, 'concludes') === 'never' ? null : optionalMoment(call, 'concludes', 'end'),
    settings: asked ? kept : undefined,
  };
}

/** A setting that is undefined is taken away. */
function readSettings(call: CommandCall): Record<string, unknown> {
  const [students, parents] = [optional(call, 'students'), optional(call, 'parents')];
  const onOff = new Map<string, boolean | undefined>([
    ['on', true],
    ['off', false],
    ['default', undefined],
  ]);
  if (parents !== undefined && !onOff.has(parents)) throw new UsageError('--parents is on, off or default.');
  return {
    ...(students === undefined ? {} : { studentsAmongThemselves: students === 'default' ? undefined : students }),
    ...(parents === undefined ? {} : { parents: onOff.get(parents) }),
  };
}

function tellCourse(course: AdminCourse): Told {
  const { studentsAmongThemselves, parents } = course.settings;
  const facts = [
    ['id', course.id],
    ['code', course.code],
    ['title', course.title],
    ['term', course.term],
    ['concludes', course.concludesAt ?? 'never'],
    ...(studentsAmongThemselves ? [['students', studentsAmongThemselves]] : []),
    ...(parents === undefined ? [] : [['parents', parents ? 'on' : 'off']]),
  ];
  return { json: course, lines: facts.map(([name = '', value = '']) => `${name.padEnd(9)}  ${value}`) };
}

async function listSections(call: CommandCall): Promise<Told> {
  const { id } = await findCourse(call.client, argument(call, 0));
  const list = { items: 'sections', most: 2000 };
  const { found, more } = await call.client.list<Section>(`/api/admin/courses/${id}/sections`, list);
  const rows = found.map((section) => [section.id, section.title]);
  return tellList(found, { more, table: toTable(['id', 'title'], rows) });
}

async function addSection(call: CommandCall): Promise<Told> {
  const { id, code } = await findCourse(call.client, argument(call, 0));
  const path = `/api/admin/courses/${id}/sections`;
  const { section } = await call.client.send<{ section: Section }>('POST', path, { title: argument(call, 1) });
  return { json: section, lines: [`Section ${section.title} of ${code} made: ${section.id}`] };
}

async function renameSection(call: CommandCall): Promise<Told> {
  const course = await findCourse(call.client, argument(call, 0));
  const { id } = await findSection(call.client, course, argument(call, 1));
  const body = { title: argument(call, 2) };
  const { section } = await call.client.send<{ section: Section }>('PATCH', `/api/admin/sections/${id}`, body);
  return { json: section, lines: [`The section is called ${section.title} now.`] };
}

async function moveMembers(call: CommandCall): Promise<Told> {
  const { client, args } = call;
  const course = await findCourse(client, argument(call, 0));
  const section = await findSection(client, course, argument(call, 1));
  const from = optional(call, 'from');
  const left = from === undefined || from === 'all' ? null : await findSection(client, course, from);
  const userIds: string[] = [];
  for (const user of args.slice(2)) userIds.push((await findPerson(client, user)).id);
  const body = { userIds, ...(from === undefined ? {} : { from: left?.id ?? null }) };
  const answer = await client.send<{ moved: number }>('POST', `/api/admin/sections/${section.id}/members`, body);
  return { json: answer, lines: [`${answer.moved} moved to ${section.title}.`] };
}

async function listTerms(call: CommandCall): Promise<Told> {
  const { found, more } = await call.client.list<Term>('/api/admin/terms', { items: 'terms', most: limitOf(call) });
  const rows = found.map(({ id, title, startsAt, endsAt }) => [id, title, startsAt, endsAt]);
  return tellList(found, { more, table: toTable(['id', 'title', 'starts', 'ends'], rows) });
}

async function addTerm(call: CommandCall): Promise<Told> {
  const body = {
    title: argument(call, 0),
    startsAt: readMoment(required(call, 'starts'), 'start'),
    endsAt: readMoment(required(call, 'ends'), 'end'),
  };
  const { term } = await call.client.send<{ term: Term }>('POST', '/api/admin/terms', body);
  return { json: term, lines: [`Term ${term.title} made: ${term.id}`] };
}

async function changeTerm(call: CommandCall): Promise<Told> {
  const body = {
    title: optional(call, 'title'),
    startsAt: optionalMoment(call, 'starts', 'start'),
    endsAt: optionalMoment(call, 'ends', 'end'),
  };
  const path = `/api/admin/terms/${encodeURIComponent(argument(call, 0))}`;
  const { term } = await call.client.send<{ term: Term }>('PATCH', path, body);
  return { json: term, lines: [`Term ${term.title} lasts from ${term.startsAt} to ${term.endsAt}.`] };
}
