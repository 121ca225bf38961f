import { randomBytes } from 'node:crypto';
import type { Role } from '@hallway/contracts';
import { eventually } from '@hallway/testkit';
import type { Account, Campus } from './campus.ts';
import { type Cell, type Relation, type ResourceKind, relations, roles } from './matrix.ts';

/** Values of the `$names` in a row. */
export type Names = Record<string, string>;

export interface Prepared {
  caller: Account;
  names: Names;
}

type Callers = Map<string, Account>;
const keyOf = (role: Role, relation: Relation) => `${role} ${relation}`;

/**
 * One account for each role and relation, and what they have to do with. All belong to one course as their relation says; the
 * assistants of it are whom they may message because of it.
 */
export async function createResources(campus: Campus) {
  const course = await campus.course();
  const callers: Callers = new Map();
  const [assistant, tutor, bystander] = [
    await campus.account('student'),
    await campus.account('student'),
    await campus.account('student'),
  ];
  // Several, because nobody may make rooms without end.
  const hosts = await Promise.all(roles.map(() => campus.account('admin')));
  await campus.enrol(course, assistant.id, 'ta');
  // Nobody has written to them yet.
  await campus.enrol(course, tutor.id, 'ta');
  await campus.enrol(course, bystander.id, 'student');
  for (const role of roles) {
    for (const relation of relations) callers.set(keyOf(role, relation), await campus.account(role));
  }
  const directRooms = await makeDirectRooms(campus, { callers, assistant, bystander, course });

  const callerOf = ({ role, relation }: Cell) => find(callers, keyOf(role, relation ?? 'stranger'));
  const hostOf = ({ role }: Cell) => hosts[roles.indexOf(role)] ?? campus.admin;

  /** Makes what a cell of the matrix needs. */
  async function prepare(kind: ResourceKind, cell: Cell): Promise<Prepared> {
    const caller = callerOf(cell);
    const self = { self: caller.id, username: caller.username, token: caller.token, host: hostOf(cell).id };
    const names: Names = { ...self, administrator: campus.admin.id, fresh: `n${randomBytes(6).toString('hex')}` };
    return { caller, names: { ...names, ...(await make[kind](cell, caller)) } };
  }

  const make: Record<ResourceKind, (cell: Cell, caller: Account) => Names | Promise<Names>> = {
    nothing: () => ({}),
    campus: ({ role }) => makeCampus(campus, role),
    group: (cell, caller) => makeGroup(campus, cell, { caller, host: hostOf(cell) }),
    direct: ({ role, relation }) => ({
      room: find(directRooms, keyOf(role, relation ?? 'stranger')),
      other: assistant.id,
    }),
    course: () => ({ course }),
    person: ({ relation }, caller) => ({ person: relation === 'own' ? caller.id : tutor.id }),
    made: ({ relation }, caller) => makeMade(campus, relation, caller),
    session: ({ relation }, caller) => makeSession(campus, relation === 'own' ? caller : bystander),
  };

  /** Waits until both services know who belongs to the course: what is asked then has one answer. */
  async function settle(): Promise<void> {
    for (const role of roles) {
      for (const relation of ['own', 'member', 'former'] as const) {
        const caller = find(callers, keyOf(role, relation));
        const isTied = relation !== 'former' || role === 'admin';
        await eventually(async () => {
          const { body } = await campus.call(caller, `GET /api/rooms/${find(directRooms, keyOf(role, relation))}`);
          if (body.me.canWrite !== isTied)
            throw new Error(`${role} (${relation}) is not settled in the message service`);
        });
        await eventually(async () => {
          const { status } = await campus.call(caller, `GET /api/directory/people/${tutor.id}/may-message`);
          if ((status === 200) !== isTied) throw new Error(`${role} (${relation}) is not settled in the auth service`);
        });
      }
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

interface DirectParts {
  callers: Callers;
  assistant: Account;
  bystander: Account;
  course: string;
}

async function makeDirectRooms(campus: Campus, parts: DirectParts): Promise<Map<string, string>> {
  const { callers, assistant, bystander, course } = parts;
  const rooms = new Map<string, string>();
  const open = async (from: Account, to: Account) => {
    const { body } = await campus.call(from, 'POST /api/message/chat-room', { participantId: to.id });
    await campus.call(from, 'POST /api/message/message', { chatRoomId: body.chatRoom.id, content: 'hello' });
    return body.chatRoom.id as string;
  };
  const ofOthers = await open(bystander, assistant);
  for (const role of roles) {
    const caller = (relation: Relation) => find(callers, keyOf(role, relation));
    await campus.enrol(course, caller('own').id, 'instructor');
    await campus.enrol(course, caller('member').id, 'student');
    await campus.enrol(course, caller('former').id, 'student');
    rooms.set(keyOf(role, 'own'), await open(caller('own'), assistant));
    rooms.set(keyOf(role, 'member'), await open(assistant, caller('member')));
    rooms.set(keyOf(role, 'former'), await open(caller('former'), assistant));
    rooms.set(keyOf(role, 'stranger'), ofOthers);
    await campus.unenrol(course, caller('former').id);
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

/** Asks for something that must be done. */
function createOrder({ call }: Campus) {
  return async function order(account: Pick<Account, 'token'>, route: string, body?: unknown) {
    const answer = await call(account, route, body);
    if (answer.status >= 300) throw new Error(`${route} answered ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
}
