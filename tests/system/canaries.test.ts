import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@hallway/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { call, connect, hears, newMessageId, originOfRun, type Person, signIn } from '../stack/wire-client.ts';

/** Words that are nowhere else: what must not be in a log is looked for by them. */
const canary = (what: string) => `canary-${what}-${newMessageId()}`;

const secrets = {
  password: canary('password'),
  'next password': canary('next-password'),
  'wrong password': canary('wrong-password'),
  'password of a broken body': canary('broken'),
  'sent by socket': canary('socket'),
  'sent by HTTP': canary('http'),
  'sent by person': canary('person'),
  'what it was changed to': canary('changed'),
  'refused message': canary('refused'),
  'query for people': canary('people'),
  'query for messages': canary('messages'),
  'token that is none': canary('token'),
};

/** The logs of all processes of the run, as they are now, and those before them. */
function allLogs(): string {
  const folder = process.env.HALLWAY_TEST_LOGS ?? '';
  const files = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isFile());
  expect(files.length).toBeGreaterThan(5);
  return files.map(({ name }) => readFileSync(join(folder, name), 'utf8')).join('\n');
}

const refusals = () => allLogs().split('refused').length;

let john: Person;
let sarah: Person;
beforeAll(async () => {
  [john, sarah] = [await signIn('john'), await signIn('sarah')];
});

/** Signs somebody new in with each password that is right, wrong or broken. Answers the tokens and cookies that came of it. */
async function useAccount(): Promise<Record<string, string>> {
  const admin = await signIn('admin');
  const username = `n${newMessageId()}`;
  const account = { username, name: 'Somebody New', role: 'student', password: secrets.password };
  expect((await call(admin, 'POST /api/admin/users', account)).status).toBe(201);
  await expect(signIn(username, { password: secrets['wrong password'] })).rejects.toThrow('could not sign in');
  const person = await signIn(username, { password: secrets.password });
  const passwords = { currentPassword: secrets.password, newPassword: secrets['next password'] };
  expect((await call(person, 'POST /api/auth/password', passwords)).status).toBe(204);
  const refreshed = await ask('POST /api/auth/refresh', { cookie: person.cookie });
  expect(refreshed.status).toBe(200);
  const { accessToken } = (await refreshed.json()) as { accessToken: string };
  const broken = `{"password":"${secrets['password of a broken body']}"`;
  expect((await ask('POST /api/auth/login', { 'content-type': 'application/json' }, broken)).status).toBe(400);
  return {
    // Of a token the signature alone tells one from another.
    'access token': person.accessToken.split('.')[2] ?? '',
    'access token after a refresh': accessToken.split('.')[2] ?? '',
    'refresh cookie': person.cookie.split('=')[1] ?? '',
    'refresh cookie after a refresh': refreshed.headers.get('set-cookie')?.split(';')[0]?.split('=')[1] ?? '',
  };
}

function ask(route: string, headers: Record<string, string>, body?: string): Promise<Response> {
  const [method = 'GET', path] = route.split(' ');
  return fetch(`${originOfRun()}${path}`, { method, headers, body: body ?? null });
}

async function write(): Promise<void> {
  const [wire, hearing] = [await connect(john), await connect(sarah)];
  const { body } = await call(john, 'POST /api/message/chat-room', { participantId: sarah.user.id });
  const chatRoomId = body.chatRoom.id;
  const content = secrets['sent by socket'];
  expect(await wire.emit('sendMessage', { chatRoomId, content })).toMatchObject({ ok: true });
  await hears(hearing, content);
  const sent = await call(john, 'POST /api/message/message', { chatRoomId, content: secrets['sent by HTTP'] });
  const changed = { content: secrets['what it was changed to'] };
  expect((await call(john, `PATCH /api/message/message/${sent.body.message.id}`, changed)).status).toBe(200);
  const byPerson = { to: sarah.user.id, text: secrets['sent by person'] };
  expect((await call(john, 'POST /api/messages', byPerson)).status).toBe(201);
  const refused = { chatRoomId: newMessageId(), content: secrets['refused message'] };
  expect(await wire.emit('sendMessage', refused)).toMatchObject({ ok: false });
  wire.close();
  hearing.close();
}

async function search(): Promise<void> {
  expect((await call(john, `GET /api/directory/people?query=${secrets['query for people']}`)).status).toBe(200);
  await call(john, `GET /api/search/messages?q=${secrets['query for messages']}`);
}

/** A line of its own in the logs, by which whoever reads them knows that what came before is there. */
async function leaveMark(): Promise<string> {
  const mark = canary('request');
  const headers = { 'x-request-id': mark, authorization: `Bearer ${secrets['token that is none']}` };
  for (const path of ['/api/auth/me', '/api/messages']) {
    expect((await ask(`GET ${path}`, headers)).status).toBe(401);
  }
  return mark;
}

describe('logs', () => {
  it('when words and secrets pass through every service, hold none of them', async () => {
    const before = refusals();
    const hidden: Record<string, string> = { ...secrets, ...(await useAccount()) };
    await write();
    await search();
    const mark = await leaveMark();
    await expect(connect({ accessToken: secrets['token that is none'] })).rejects.toMatchObject({
      error: { code: 'UNAUTHENTICATED' },
    });

    // A socket that is refused is logged, and last.
    await eventually(() => {
      expect(refusals()).toBeGreaterThan(before);
      // It is found where it belongs: the search sees what there is.
      expect(allLogs()).toContain(mark);
    });
    const logs = allLogs();
    expect(Object.keys(hidden).filter((what) => (hidden[what]?.length ?? 0) < 10)).toEqual([]);
    expect(Object.keys(hidden).filter((what) => logs.includes(hidden[what] ?? ''))).toEqual([]);
  });
});
