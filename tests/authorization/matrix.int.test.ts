import { type ErrorBody, errorCatalogue } from '@hallway/contracts';
import { eventually } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Campus, startCampus, type WireSocket } from './campus.ts';
import { listEvents, listRoutes } from './list-doors.ts';
import { type Cell, cellsOf, type Row } from './matrix.ts';
import { createResources, type Names, type Prepared, type Resources } from './resources.ts';
import { allRows } from './rows/all-rows.ts';

let campus: Campus;
let resources: Resources;
const sockets = new Map<string, WireSocket>();

beforeAll(async () => {
  campus = await startCampus();
  resources = await createResources(campus);
  await resources.settle();
  // Somebody who is online, for those who may know it.
  await campus.connect(resources.tutor);
}, 120_000);
afterAll(() => campus?.stop());

const addressOf = ({ door, at }: Row) => `${door.split(' ')[0]} ${at ?? door.split(' ')[1]}`;

/** Puts values in the place of `$names`. */
function fill<T>(value: T, names: Names): T {
  const text = JSON.stringify(value);
  if (text === undefined) return value;
  const filled = text.replace(/\$([a-z]+)/g, (_, name: string) => {
    const known = names[name];
    if (known === undefined) throw new Error(`Nothing is called $${name} here.`);
    return known;
  });
  return JSON.parse(filled) as T;
}

async function ask(row: Row, { caller, names }: Prepared): Promise<string> {
  if (row.door.startsWith('socket ')) return emit(row, { caller, names });
  const account = row.endsSession ? await campus.signIn(caller.username) : caller;
  const { status, body } = await campus.call(account, fill(addressOf(row), names), fill(row.body, names));
  return read(status, body?.error);
}

type Refusal = Pick<ErrorBody, 'code' | 'details'>;

/** `ok`, or the refusal when its status is that of the catalogue. */
function read(status: number, refusal: Refusal | undefined): string {
  if (status < 300) return 'ok';
  return refusal && errorCatalogue[refusal.code].status === status
    ? nameRefusal(refusal)
    : `${status} ${refusal?.code}`;
}

function nameRefusal({ code, details }: Refusal): string {
  if (code !== 'MESSAGING_NOT_ALLOWED') return code;
  return (details as { reason?: string } | undefined)?.reason ?? code;
}

async function socketOf({ id, token }: Prepared['caller']): Promise<WireSocket> {
  const socket = sockets.get(id) ?? (await campus.connect({ token }));
  sockets.set(id, socket);
  return socket;
}

/**
 * Waits for what was arranged, and for nothing that depends on the answer: a door that is open for a moment too long must not
 * pass. A gateway hears of rooms a moment after they are made or left.
 */
async function settle(row: Row, { relation }: Cell, { caller, names }: Prepared): Promise<void> {
  if (!row.door.startsWith('socket ')) return;
  const socket = await socketOf(caller);
  if (row.on !== 'group' || relation === 'stranger') return;
  const word = relation === 'former' ? 'roomRemoved' : 'roomAdded';
  const concerns = (payload: unknown) => JSON.stringify(payload).includes(names.room ?? '');
  await eventually(() => {
    const told = socket.heard.filter(({ event, payload }) => event === word && concerns(payload));
    if (told.length === 0) throw new Error(`${word} was not heard`);
  });
}

async function emit(row: Row, { caller, names }: Prepared): Promise<string> {
  const socket = await socketOf(caller);
  if (row.joined) await socket.emit('joinRoom', names.room);
  const answer = await socket.emit(row.door.slice('socket '.length), fill(row.body, names));
  if (!answer.ok) return nameRefusal(answer.error);
  if (answer.gone?.includes(names.room)) return 'gone';
  return answer.online && names.person && !answer.online.includes(names.person) ? 'absent' : 'ok';
}

function nameOf({ role, relation, courseRole }: Cell): string {
  if (relation === null) return role;
  return courseRole === null ? `${role} (${relation})` : `${role} (${relation} as ${courseRole})`;
}

const titleOf = (row: Row) =>
  `${row.door}${row.at?.includes('?') ? ` as ${row.at}` : ''}${row.joined ? ' with the room open' : ''} on ${row.on}`;

describe('the authorization matrix', () => {
  it('when a service answers a route, or a gateway an event, has a row for it, and has no row for anything else', () => {
    const doors = [...listRoutes(campus.apps.auth), ...listRoutes(campus.apps.message), ...listEvents()];
    const rows = new Set(allRows.map(({ door }) => door));
    expect(doors.filter((door) => !rows.has(door))).toEqual([]);
    expect([...rows].filter((door) => !doors.includes(door))).toEqual([]);
  });

  it('when somebody asks from outside for what services ask each other, answers as for any unknown address', async () => {
    for (const path of ['/session-endings', '/metrics', '/livez', '/readyz']) {
      const { status, body } = await campus.call(campus.admin, `GET ${path}`);
      expect([path, status, body.error.code]).toEqual([path, 404, 'NOT_FOUND']);
    }
  });

  describe.each(allRows.map((row) => [titleOf(row), row] as const))('%s', (_, row) => {
    it.each(cellsOf(row).map((cell) => [nameOf(cell), cell.outcome, cell] as const))(
      'when asked by %s, answers %s',
      async (_name, outcome, cell) => {
        if (row.door.startsWith('socket ')) await socketOf(resources.callerOf(cell));
        const prepared = await resources.prepare(row, cell);
        await settle(row, cell, prepared);
        expect(await ask(row, prepared)).toBe(outcome);
      },
    );
  });
});

const guarded = allRows.filter((row) => !row.public && !row.door.startsWith('socket '));
const guardedDoors = [...new Map(guarded.map((row) => [row.door, row])).values()];

describe('a door that is not public', () => {
  const names = new Proxy({} as Names, { get: () => 'f'.repeat(24) });

  it.each(guardedDoors.map((row) => [row.door, row] as const))(
    '%s, when nobody is signed in or the session has ended, refuses before anything else',
    async (_, row) => {
      const address = fill(addressOf(row), names);
      const unknown = await campus.call(null, address, fill(row.body, names));
      expect(read(unknown.status, unknown.body?.error)).toBe('UNAUTHENTICATED');
      const ended = await campus.signIn('tom');
      await campus.call(ended, 'POST /api/auth/logout');
      await eventually(async () => {
        const { status, body } = await campus.call(ended, address, fill(row.body, names));
        expect(read(status, body?.error)).toBe('SESSION_ENDED');
      });
    },
  );

  it('a socket, when nobody is signed in or the session has ended, is refused', async () => {
    await expect(campus.connect({ token: 'nothing' })).rejects.toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
    const ended = await campus.signIn('tom');
    await campus.call(ended, 'POST /api/auth/logout');
    await eventually(async () => {
      const refusal = await campus.connect(ended).then(
        (socket) => socket.close(),
        (error) => error.error.code,
      );
      expect(refusal).toBe('SESSION_ENDED');
    });
  });
});
