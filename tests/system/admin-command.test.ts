import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '@hallway/testkit';
import { describe, expect, it } from 'vitest';
import { connect, originOfRun } from '../stack/wire-client.ts';

const root = resolve(import.meta.dirname, '../..');
const password = 'correct mango lantern 7';
// Each command is a process that signs in: a second on an idle machine, several on a busy one.
const manyCommandsMs = 300_000;
const fresh = () => `n${randomBytes(5).toString('hex')}`;

interface Ran {
  code: number;
  out: string;
  complaint: string;
}

async function signIn(username: string): Promise<{ accessToken: string }> {
  const response = await fetch(`${originOfRun()}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  if (!response.ok) throw new Error(`${username} could not sign in: ${response.status}`);
  return (await response.json()) as { accessToken: string };
}

/** The command as a person runs it, without a terminal. */
function admin(args: string[], env: Record<string, string> = {}): Promise<Ran> {
  const credentials = { HALLWAY_ADMIN_USERNAME: 'admin', HALLWAY_ADMIN_PASSWORD: 'hallway-demo' };
  const asked = { HALLWAY_ORIGIN: originOfRun(), HALLWAY_NEW_PASSWORD: password, ...credentials, ...env };
  const options = { cwd: root, env: { ...process.env, ...asked } };
  return new Promise((done) => {
    const program = [join(root, 'tools/admin/main.ts'), ...args];
    const child = execFile(process.execPath, program, options, (fault, out, complaint) =>
      done({ code: fault ? Number(fault.code) : 0, out, complaint }),
    );
    child.stdin?.end();
  });
}

describe('npm run admin', () => {
  it(
    'when people, courses and families are managed with it, the demo campus follows',
    async () => {
      const [student, code] = [fresh(), fresh().toUpperCase()];
      const made = await admin([
        'users',
        'add',
        student,
        '--name',
        'New Student',
        '--role',
        'student',
        '--with-password',
      ]);
      expect([made.code, made.complaint]).toEqual([0, '']);
      for (const command of [
        ['courses', 'add', code, '--title', 'Optics', '--term', 'Spring'],
        ['sections', 'add', code, 'Monday'],
        ['sections', 'add', code, 'Tuesday'],
        ['sections', 'rename', code, 'Monday', 'Sunday'],
        ['enrol', 'add', code, student, '--role', 'student', '--section', 'Sunday'],
        ['sections', 'move', code, 'Tuesday', student, '--from', 'Sunday'],
        ['guardians', 'add', 'maria', student, '--until', '2099-06-30'],
      ]) {
        expect([command, (await admin(command)).code]).toEqual([command, 0]);
      }
      const term = await admin(['terms', 'add', code, '--starts', '2031-01-01', '--ends', '2031-06-30', '--json']);
      const { id } = JSON.parse(term.out);
      expect((await admin(['courses', 'change', code, '--term-id', id])).out).toContain('2031-06-30');
      expect((await admin(['terms', 'change', id, '--ends', '2031-07-31'])).code).toBe(0);
      expect((await admin(['courses', 'show', code])).out).toContain('2031-07-31');
      const members = JSON.parse((await admin(['enrol', 'list', code, '--json'])).out);
      expect(members).toEqual([expect.objectContaining({ role: 'student', sectionIds: [expect.any(String)] })]);
      expect((await admin(['guardians', 'show', student])).out).toContain('maria');
      expect((await admin(['audit', 'list', '--user', student])).out).toContain('enrolment.added');
    },
    manyCommandsMs,
  );

  it('when an account is deactivated with it, its sockets close within a second and nobody signs in', async () => {
    const student = fresh();
    await admin(['users', 'add', student, '--name', 'Short Stay', '--role', 'student', '--with-password']);
    const wire = await connect(await signIn(student));
    expect((await admin(['users', 'deactivate', student])).code).toBe(0);
    // The command signs out before it ends, and the announcement is older than that.
    await eventually(() => expect(wire.all('sessionEnded')).toMatchObject([{ reason: 'deactivated' }]), {
      withinMs: 1000,
    });
    await eventually(() => expect(wire.socket.connected).toBe(false), { withinMs: 1000 });
    wire.close();
    await expect(signIn(student)).rejects.toThrow('401');
  });

  it('when it is refused, says why with the id of the request, and exits with 1', async () => {
    const taken = await admin(['users', 'add', 'JOHN', '--name', 'Another', '--role', 'student']);
    expect([taken.code, taken.out]).toEqual([1, '']);
    expect(taken.complaint).toMatch(/taken.*CONFLICT[\s\S]*Request [\w.-]+/);
    const other = await admin(['users', 'list', '--json'], { HALLWAY_ADMIN_USERNAME: 'john' });
    expect([other.code, JSON.parse(other.complaint).error]).toEqual([
      1,
      expect.objectContaining({ code: 'FORBIDDEN', requestId: expect.any(String) }),
    ]);
  });

  it('when a roster cannot be read or holds faults, exits with 6, and with 1 where the file is not there', async () => {
    const path = join(tmpdir(), `hallway-${fresh()}.zip`);
    await writeFile(path, 'no ZIP at all');
    const unreadable = await admin(['roster', 'import', path]);
    expect([unreadable.code, unreadable.complaint]).toEqual([6, expect.stringContaining('not a ZIP file')]);
    await rm(path);
    expect((await admin(['roster', 'import', path])).code).toBe(1);
  });

  it('when it is not understood, or nobody can be reached, exits with 2 and 3', async () => {
    expect((await admin(['users', 'lst'])).code).toBe(2);
    const away = await admin(['users', 'list'], { HALLWAY_ORIGIN: 'http://localhost:9' });
    expect([away.code, away.complaint]).toEqual([3, expect.stringContaining('cannot be reached')]);
  });
});
