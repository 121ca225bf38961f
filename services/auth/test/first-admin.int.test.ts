import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AuthFixture, startAuth } from './auth-fixture.ts';

const main = fileURLToPath(new URL('../src/first-admin/main.ts', import.meta.url));

let auth: AuthFixture;
beforeEach(async () => {
  auth = await startAuth({ DEMO_CAMPUS: 'false' });
});
afterEach(() => auth.stop());

function run(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const { MONGODB_URI = '' } = auth.environment;
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env: { MONGODB_URI } }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

const passwordIn = (text: string) => /^ {2}([a-z2-9]{5}(?:-[a-z2-9]{5}){3})$/m.exec(text)?.[1] ?? '';

describe('the first administrator', () => {
  it('when nobody has an account, is made and signs in with the password that was printed; the audit log says so', async () => {
    const { code, stdout } = await run('--username', 'office', '--name', "Registrar's office");
    expect(code).toBe(0);
    const { token, user } = await auth.login('office', passwordIn(stdout));
    expect(user).toMatchObject({ username: 'office', name: "Registrar's office", role: 'admin' });
    const listed = await auth.call('GET /api/admin/users', { token });
    expect(listed.json.users.map(({ username }: { username: string }) => username)).toEqual(['office']);
    const audit = await auth.call('GET /api/admin/audit?action=user.created', { token });
    expect(audit.json.entries).toMatchObject([
      { actorId: null, targetId: user.id, details: { username: 'office', operator: expect.any(String) } },
    ]);
    expect(audit.text).not.toContain(passwordIn(stdout));
  });

  it('when somebody administers already, refuses and makes nothing', async () => {
    await run('--username', 'office');
    const { code, stdout, stderr } = await run('--username', 'second');
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: 'There is an administrator already, who makes others: npm run admin -- users add.\n',
    });
    expect(await auth.connection.collection('users').countDocuments()).toBe(1);
  });

  it.each([
    { args: [], code: 2, says: 'Say which username it gets.' },
    { args: ['--user', 'office'], code: 2, says: "Unknown option '--user'" },
    { args: ['--username', 'x'.repeat(65)], code: 1, says: '--username' },
    { args: ['--username', 'the office'], code: 1, says: '--username must begin with a letter or a digit' },
  ])('when the command is wrong ($args), says how and makes nothing', async ({ args, code, says }) => {
    const answer = await run(...args);
    expect(answer.code).toBe(code);
    expect(answer.stderr).toContain(says);
    expect(await auth.connection.collection('users').countDocuments()).toBe(0);
  });

  it('when the username is somebody else’s, refuses, and the audit log names no administrator who never was', async () => {
    await run('--username', 'office');
    await auth.connection.collection('users').updateOne({}, { $set: { role: 'student', roles: ['student'] } });
    const { code, stderr } = await run('--username', 'OFFICE');
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'The username OFFICE is taken.\n' });
    expect(await auth.connection.collection('auditLog').countDocuments({ action: 'user.created' })).toBe(1);
  });

  it('when two are made in the same moment under one name, makes one of them', async () => {
    const answers = await Promise.all([run('--username', 'office'), run('--username', 'Office')]);
    expect(answers.map(({ code }) => code).sort()).toEqual([0, 1]);
    expect(await auth.connection.collection('users').countDocuments()).toBe(1);
  });
});
