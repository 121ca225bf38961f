import { randomBytes } from 'node:crypto';
import type { Role } from '@hallway/contracts';
import { eventually } from '@hallway/testkit';
import { type Account, type Campus, createOrder } from './campus.ts';
import { type CourseRooms, createCourseRooms, type TypeOfCourseRoom } from './course-rooms.ts';
import { type Cell, courseRoles, type Relation, type ResourceKind, type Row, relations, roles } from './matrix.ts';

/** Values of the `$names` in a row. */
export type Names = Record<string, string>;

export interface Prepared {
  caller: Account;
  names: Names;
}

type Callers = Map<string, Account>;
type Standing = Pick<Cell, 'role' | 'relation' | 'courseRole'>;

/** Where nothing hangs on a course, members are asked as students of it. */
const keyOf = ({ role, relation, courseRole }: Standing) =>
  relation === 'member' ? `${role} member ${courseRole ?? 'student'}` : `${role} ${relation ?? 'stranger'}`;

function standingsOf(role: Role): Standing[] {
  return relations.flatMap((relation): Standing[] => {
    if (relation !== 'member') return [{ role, relation, courseRole: null }];
    return courseRoles.map((courseRole) => ({ role, relation, courseRole }));
  });
}
const standings = roles.flatMap(standingsOf);

/**
 * One account for each role, relation and course role, and what they have to do with. All belong to one course as their relation
 * says; the assistants of it are whom they may message because of it.
 */
export async function createResources(campus: Campus) {
  const course = await campus.course();
  const [assistant, tutor, bystander] = [
    await campus.account('student'),
    await campus.account('student'),
    await campus.account('student'),
  ];
  // Several, because nobody may make rooms without end.
  const hosts = await Promise.all(roles.map(() => campus.account('admin')));
  const teachers = await Promise.all(roles.map(() => campus.account('instructor')));
  await campus.enrol(course, assistant.id, 'ta');
  // Nobody has written to them yet.
  await campus.enrol(course, tutor.id, 'ta');
  await campus.enrol(course, bystander.id, 'student');
  for (const { id } of teachers) await campus.enrol(course, id, 'instructor');
  const callers = await createCallers(campus, course);
  const directRooms = await makeDirectRooms(campus, { callers, assistant, bystander });

  const callerOf = (standing: Standing) => find(callers, keyOf(standing));
  const hostOf = (role: Role) => hosts[roles.indexOf(role)] ?? campus.admin;
  const courseRooms = await createCourseRooms(campus, {
    course,
    ownerOf: (role) => callerOf({ role, relation: 'own', courseRole: null }),
    teacherFor: (role) => teachers[roles.indexOf(role)] ?? campus.admin,
    visitor: hostOf('admin'),
  });
  await endFormer(campus, { callers, course, courseRooms });

  /** Makes what a cell of the matrix needs. */
  async function prepare(row: Row, cell: Cell): Promise<Prepared> {
    const caller = callerOf(cell);
    const self = { self: caller.id, username: caller.username, token: caller.token, host: hostOf(cell.role).id };
    const names: Names = { ...self, administrator: campus.admin.id, fresh: `n${randomBytes(6).toString('hex')}` };
    return { caller, names: { ...names, ...(await make[row.on](cell, caller, row)) } };
  }

  /** Former members and strangers get through nowhere, and cannot use a room up. */
  async function courseRoom(type: TypeOfCourseRoom, { role, relation }: Cell, { alone }: Row): Promise<Names> {
    const isOwn = relation === 'own';
    const isInside = isOwn || relation === 'member';
    const found =
      alone && isInside ? courseRooms.make(type, { role, isOwn }) : courseRooms.share(type, isOwn ? role : null);
    return { ...(await found), course, enrolled: assistant.id };
  }

  const make: Record<ResourceKind, (cell: Cell, caller: Account, row: Row) => Names | Promise<Names>> = {
    nothing: () => ({}),
    campus: ({ role }) => makeCampus(campus, role),
    group: (cell, caller) => makeGroup(campus, cell, { caller, host: hostOf(cell.role) }),
    direct: (cell) => ({ ...find(directRooms, keyOf(cell)), course, other: assistant.id }),
    'course room': (cell, _, row) => courseRoom('course', cell, row),
    announcement: (cell, _, row) => courseRoom('announcement', cell, row),
    course: () => ({ course }),
    person: ({ relation }, caller) => ({ person: relation === 'own' ? caller.id : tutor.id }),
    made: ({ relation }, caller) => makeMade(campus, relation, caller),
    session: ({ relation }, caller) => makeSession(campus, relation === 'own' ? caller : bystander),
  };

  /** Waits until both services know who belongs to the course: what is asked then has one answer. */
  async function settle(): Promise<void> {
    for (const standing of standings) {
      const { role, relation, courseRole } = standing;
      if (relation === 'stranger') continue;
      const caller = callerOf(standing);
      const name = `${caller.username} (${keyOf(standing)})`;
      const isTied = role === 'admin' || (relation !== 'former' && courseRole !== 'observer');
      const direct = directRooms.get(keyOf(standing));
      if (direct) {
        await eventually(async () => {
          const { body } = await campus.call(caller, `GET /api/rooms/${direct.room}`);
          if (body.me.canWrite !== isTied) throw new Error(`${name} is not settled in the message service`);
        });
      }
      await eventually(async () => {
        const { body } = await campus.call(caller, `GET /api/directory/people/${tutor.id}/may-message`);
        if ((body.allowed ?? false) !== isTied) throw new Error(`${name} is not settled in the auth service`);
      });
    }
  }

  return { prepare, settle, callerOf, tutor };
}

export type Resources = Awaited<ReturnType<typeof createResources>>;

function find<T>(values: Map<string, T>, key: string): T {
  const value = values.get(key);
  if (value === undefined) throw new Error(`There is nothing for ${key}.`);
  return value;
}

/** All who belong or belonged to the course still do; the enrolments of former members are ended when what they leave behind is there. */
async function createCallers(campus: Campus, course: string): Promise<Callers> {
  const callers: Callers = new Map();
  for (const standing of standings) {
    const { role, relation, courseRole } = standing;
    const caller = await campus.account(role);
    callers.set(keyOf(standing), caller);
    if (relation === 'stranger') continue;
    await campus.enrol(course, caller.id, relation === 'own' ? 'instructor' : (courseRole ?? 'student'));
  }
  return callers;
}

interface FormerParts {
  callers: Callers;
  course: string;
  courseRooms: CourseRooms;
}

async function endFormer(campus: Campus, { callers, course, courseRooms }: FormerParts): Promise<void> {
  for (const role of roles) {
    const caller = find(callers, keyOf({ role, relation: 'former', courseRole: null }));
    await courseRooms.assertMember(caller);
    await campus.unenrol(course, caller.id);
    await courseRooms.waitUntilGone(caller);
  }
}

interface DirectParts {
  callers: Callers;
  assistant: Account;
  bystander: Account;
}

async function makeDirectRooms(campus: Campus, { callers, assistant, bystander }: DirectParts) {
  const order = createOrder(campus);
  const rooms = new Map<string, { room: string; message: string }>();
  const open = async (from: Account, to: Account) => {
    const { chatRoom } = await order(from, 'POST /api/message/chat-room', { participantId: to.id });
    const hello = { chatRoomId: chatRoom.id, content: 'hello' };
    const { message } = await order(from, 'POST /api/message/message', hello);
    return { room: chatRoom.id as string, message: message.id as string };
  };
  const ofOthers = await open(bystander, assistant);
  for (const role of roles) {
    const keyFor = (relation: Relation) => keyOf({ role, relation, courseRole: null });
    const caller = (relation: Relation) => find(callers, keyFor(relation));
    rooms.set(keyFor('own'), await open(caller('own'), assistant));
    rooms.set(keyFor('member'), await open(assistant, caller('member')));
    rooms.set(keyFor('former'), await open(caller('former'), assistant));
    rooms.set(keyFor('stranger'), ofOthers);
  }
  return rooms;
}

interface GroupParts {
  caller: Account;
  host: Account;
}

async function makeGroup(campus: Campus, { relation }: Cell, { caller, host }: GroupParts): Promise<Names> {
  const order = createOrder(campus);
  const owner = relation === 'own' ? caller : host;
  // Everybody may message an administrator, and administrators everybody.
  const other = relation === 'own' ? host : campus.admin;
  const memberIds = relation === 'member' || relation === 'former' ? [other.id, caller.id] : [other.id];
  const group = { type: 'group', title: 'A group', memberIds };
  const room: string = (await order(owner, 'POST /api/rooms', group)).chatRoom.id;
  const hello = { chatRoomId: room, content: 'hello' };
  const message: string = (await order(owner, 'POST /api/message/message', hello)).message.id;
  if (relation === 'former') await order(owner, `DELETE /api/rooms/${room}/members/${caller.id}`);
  return { room, message, other: other.id };
}

async function makeMade(campus: Campus, relation: Cell['relation'], caller: Account): Promise<Names> {
  const order = createOrder(campus);
  const clientroom = `r${randomBytes(6).toString('hex')}`;
  const group = { type: 'group', title: 'A group', memberIds: [campus.admin.id], clientRoomId: clientroom };
  const room: string = (await order(caller, 'POST /api/rooms', group)).chatRoom.id;
  if (relation === 'former') await order(caller, `DELETE /api/rooms/${room}/members/${caller.id}`);
  return { clientroom };
}

async function makeSession(campus: Campus, { username }: Account): Promise<Names> {
  const order = createOrder(campus);
  const { token } = await campus.signIn(username);
  const { session } = await order({ token }, 'GET /api/auth/me');
  return { session: session.id };
}

/** Only administrators get that far: for everybody else any id will do. */
async function makeCampus(campus: Campus, role: Role): Promise<Names> {
  const nobody = 'f'.repeat(24);
  if (role !== 'admin') return { user: nobody, parent: nobody, course: nobody, section: nobody, term: nobody };
  const { admin } = campus;
  const order = createOrder(campus);
  const [user, parent, course] = [
    await campus.account('student'),
    await campus.account('parent'),
    await campus.course(),
  ];
  await campus.enrol(course, user.id, 'student');
  const { section } = await order(admin, `POST /api/admin/courses/${course}/sections`, { title: 'Section A' });
  const dates = { startsAt: '2030-01-01T00:00:00.000Z', endsAt: '2030-02-01T00:00:00.000Z' };
  const { term } = await order(admin, 'POST /api/admin/terms', { title: 'Winter', ...dates });
  await campus.guardian(parent.id, user.id);
  return { user: user.id, parent: parent.id, course, section: section.id, term: term.id };
}
