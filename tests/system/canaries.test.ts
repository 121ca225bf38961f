import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@hallway/testkit';
import { describe, expect, it } from 'vitest';
import { call, connect, hears, newMessageId, originOfRun, signIn } from '../stack/wire-client.ts';

/** Words that are nowhere else: what must not be in a log is looked for by them. */
const canary = (what: string) => `canary-${what}-${newMessageId()}`;

/** The logs of all processes of the run, as they are now. */
function allLogs(): string {
  const folder = process.env.HALLWAY_TEST_LOGS ?? '';
  const names = readdirSync(folder).filter((name) => name.endsWith('.log'));
  expect(names.length).toBeGreaterThan(5);
  return names.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}

const refusals = () => allLogs().split('refused').length;

describe('logs', () => {
  it('when words and secrets pass through every service, hold none of them', async () => {
    const [john, sarah] = [await signIn('john'), await signIn('sarah')];
    const secrets: Record<string, string> = {
      'access token': john.accessToken.split('.')[2] ?? '',
      'refresh cookie': john.cookie.split('=')[1] ?? '',
      password: canary('password'),
      'sent by socket': canary('socket'),
      'sent by HTTP': canary('http'),
      'refused message': canary('refused'),
      query: canary('query'),
      'token that is none': canary('token'),
    };
    const before = refusals();
    const wire = await connect(john);
    const hearing = await connect(sarah);
    const { body } = await call(john, 'POST /api/message/chat-room', { participantId: sarah.user.id });
    const chatRoomId = body.chatRoom.id;
    await expect(signIn('john', { password: secrets.password ?? '' })).rejects.toThrow('could not sign in');
    expect(await wire.emit('sendMessage', { chatRoomId, content: secrets['sent by socket'] })).toMatchObject({
      ok: true,
    });
    await hears(hearing, secrets['sent by socket'] ?? '');
    await call(john, 'POST /api/message/message', { chatRoomId, content: secrets['sent by HTTP'] });
    const refused = { chatRoomId: newMessageId(), content: secrets['refused message'] };
    expect(await wire.emit('sendMessage', refused)).toMatchObject({ ok: false });
    await call(john, `GET /api/search/messages?q=${secrets.query}`);
    const stranger = { ...john, accessToken: secrets['token that is none'] ?? '' };
    expect((await call(stranger, 'GET /api/messages')).status).toBe(401);
    await expect(connect(stranger)).rejects.toThrow();
    const broken = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"password":"${secrets.password}"`,
    };
    expect((await fetch(`${originOfRun()}/api/auth/login`, broken)).status).toBe(400);
    wire.close();
    hearing.close();

    // A socket that is refused is logged, and last: what came before it is in the files by then.
    await eventually(() => expect(refusals()).toBeGreaterThan(before));
    const logs = allLogs();
    expect(Object.keys(secrets).filter((what) => (secrets[what]?.length ?? 0) < 10)).toEqual([]);
    expect(Object.keys(secrets).filter((what) => logs.includes(secrets[what] ?? ''))).toEqual([]);
  });
});
