import type { AdminAccountAnswer, AdminUser, Session } from '@hallway/contracts';
import type { AdminClient } from './admin-client.ts';
import {
  argument,
  type Command,
  type CommandCall,
  flag,
  limitOf,
  limitOption,
  optional,
  required,
  type Told,
  tellList,
  text,
  toTable,
  UsageError,
} from './command.ts';
import { findPerson } from './look-ups.ts';

const roles = 'student, parent, instructor or admin';

export const peopleCommands: Command[] = [
  {
    name: 'users list',
    args: [],
    about: 'lists accounts by name',
    options: {
      query: text('part of a name or username'),
      role: text(roles),
      active: text('true or false'),
      ...limitOption,
    },
    run: listPeople,
  },
  { name: 'users show', args: ['user'], about: 'shows one account with all its roles', run: showPerson },
  {
    name: 'users add',
    args: ['username'],
    about: 'makes an account; without a password nobody can sign in to it yet',
    options: {
      name: text('the name that people see'),
      role: text(roles),
      'with-password': flag('asks for a password, or takes HALLWAY_NEW_PASSWORD(_FILE)'),
    },
    run: addPerson,
  },
  {
    name: 'users rename',
    args: ['user', 'name'],
    about: 'changes the name that people see',
    run: (call) => patch(call, { name: argument(call, 1) }),
  },
  {
    name: 'users deactivate',
    args: ['user'],
    about: 'closes an account and ends its sessions at once',
    run: (call) => patch(call, { active: false }),
  },
  {
    name: 'users reactivate',
    args: ['user'],
    about: 'opens a closed account again',
    run: (call) => patch(call, { active: true }),
  },
  {
    name: 'users set-role',
    args: ['user', 'role'],
    about: `changes the primary role (${roles}) and ends the sessions`,
    run: (call) => patch(call, { role: argument(call, 1) }),
  },
  {
    name: 'users set-roles',
    args: ['user', 'role...'],
    about: 'sets all roles, the primary one first, and ends the sessions',
    options: { 'safety-staff': text('yes or no: whether nobody can block them') },
    run: setRoles,
  },
  {
    name: 'users set-password',
    args: ['user'],
    about: 'asks for a new password, or takes HALLWAY_NEW_PASSWORD(_FILE), and ends the sessions',
    run: async (call) => patch(call, { password: await call.secrets.newPassword() }),
  },
  { name: 'users sessions', args: ['user'], about: 'lists where somebody is signed in', run: listSessions },
  {
    name: 'users reset-second-factor',
    args: ['user'],
    about: 'takes all second factors of somebody who lost them away, and ends their sessions',
    run: resetSecondFactor,
  },
  { name: 'users sign-out', args: ['user'], about: 'ends all sessions of somebody', run: endSessions },
];

async function listPeople(call: CommandCall): Promise<Told> {
  const query = { query: optional(call, 'query'), role: optional(call, 'role'), active: optional(call, 'active') };
  const list = { items: 'users', query, most: limitOf(call) };
  const { found, more } = await call.client.list<AdminUser>('/api/admin/users', list);
  const rows = found.map(({ id, username, name, role, active }) => [id, username, name, role, active ? '' : 'closed']);
  return tellList(found, { more, table: toTable(['id', 'username', 'name', 'role', ''], rows) });
}

async function showPerson({ client, args }: CommandCall): Promise<Told> {
  const { id } = await findPerson(client, argument({ args }, 0));
  return describe(await client.get<AdminAccountAnswer>(`/api/admin/users/${id}`));
}

function describe(answer: AdminAccountAnswer): Told {
  const { user, account } = answer;
  const facts = [
    ['id', user.id],
    ['username', user.username],
    ['name', user.name],
    ['roles', account.roles.join(', ')],
    ['account', user.active ? 'active' : 'closed'],
    ['password', account.hasPassword ? 'set' : 'none: nobody can sign in with one'],
    ...(account.safetyStaff ? [['safety staff', 'yes']] : []),
    ...(account.sourcedId === null ? [] : [['roster id', account.sourcedId]]),
    ['made', account.createdAt],
  ];
  return { json: answer, lines: facts.map(([name = '', value = '']) => `${name.padEnd(12)}  ${value}`) };
}

async function addPerson(call: CommandCall): Promise<Told> {
  const { client, secrets, options } = call;
  const body = { username: argument(call, 0), name: required(call, 'name'), role: required(call, 'role') };
  const password = options['with-password'] === true ? { password: await secrets.newPassword() } : {};
  const answer = await client.send<{ user: AdminUser }>('POST', '/api/admin/users', { ...body, ...password });
  return tellPerson(answer.user, 'made');
}

async function patch(call: CommandCall, change: object): Promise<Told> {
  const { id } = await findPerson(call.client, argument(call, 0));
  const { user } = await call.client.send<{ user: AdminUser }>('PATCH', `/api/admin/users/${id}`, change);
  return tellPerson(user, 'changed');
}

async function setRoles(call: CommandCall): Promise<Told> {
  const { id } = await findPerson(call.client, argument(call, 0));
  const safety = optional(call, 'safety-staff');
  if (safety !== undefined && safety !== 'yes' && safety !== 'no') throw new UsageError('--safety-staff is yes or no.');
  const body = { roles: call.args.slice(1), ...(safety === undefined ? {} : { safetyStaff: safety === 'yes' }) };
  return describe(await call.client.send<AdminAccountAnswer>('PUT', `/api/admin/users/${id}/roles`, body));
}

function tellPerson(user: AdminUser, what: string): Told {
  const { id, username, name, role, active } = user;
  return { json: user, lines: [`${username} (${name}, ${role}${active ? '' : ', closed'}) ${what}: ${id}`] };
}

async function listSessions(call: CommandCall): Promise<Told> {
  const { found, more } = await sessionsOf(call.client, argument(call, 0));
  const rows = found.map(({ id, device, lastSeenAt }) => [id, device, lastSeenAt]);
  return tellList(found, { more, table: toTable(['id', 'device', 'last seen'], rows) });
}

async function sessionsOf(client: AdminClient, nameOrId: string) {
  const { id } = await findPerson(client, nameOrId);
  return client.list<Session>(`/api/admin/users/${id}/sessions`, { items: 'sessions', most: 1000 });
}

async function resetSecondFactor(call: CommandCall): Promise<Told> {
  const { id, username } = await findPerson(call.client, argument(call, 0));
  await call.client.send('DELETE', `/api/admin/users/${id}/second-factor`);
  return { json: { reset: id }, lines: [`${username} has no second factor any more and is signed out everywhere.`] };
}

async function endSessions(call: CommandCall): Promise<Told> {
  const { id, username } = await findPerson(call.client, argument(call, 0));
  await call.client.send('DELETE', `/api/admin/users/${id}/sessions`);
  return { json: { signedOut: id }, lines: [`${username} is signed out everywhere.`] };
}
