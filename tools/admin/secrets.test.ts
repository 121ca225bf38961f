import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createSecrets } from './secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'hallway-admin-'));
afterAll(() => rmSync(folder, { recursive: true }));

const answering = (answers: string[]) => {
  const asked: [string, boolean][] = [];
  const ask = async (question: string, { hidden }: { hidden: boolean }) => {
    asked.push([question, hidden]);
    return answers.shift() ?? '';
  };
  return { ask, asked };
};

describe('createSecrets', () => {
  it('when the environment says all, asks nothing; a file goes before a variable and loses its line break', async () => {
    const path = join(folder, 'password');
    writeFileSync(path, ' from a file \n');
    const env = { HALLWAY_ADMIN_USERNAME: 'admin', HALLWAY_ADMIN_PASSWORD: 'x', HALLWAY_NEW_PASSWORD: 'new' };
    const { ask, asked } = answering([]);
    expect(await createSecrets(env, ask).credentials()).toEqual({ username: 'admin', password: 'x' });
    const withFile = createSecrets({ ...env, HALLWAY_ADMIN_PASSWORD_FILE: path }, ask);
    expect(await withFile.credentials()).toEqual({ username: 'admin', password: ' from a file ' });
    expect(await withFile.newPassword()).toBe('new');
    expect(asked).toEqual([]);
  });

  it('when the environment says nothing, asks, and hides passwords', async () => {
    const { ask, asked } = answering(['admin', 'secret', 'one', 'one']);
    const secrets = createSecrets({}, ask);
    expect(await secrets.credentials()).toEqual({ username: 'admin', password: 'secret' });
    expect(await secrets.newPassword()).toBe('one');
    expect(asked.map(([, hidden]) => hidden)).toEqual([false, true, true, true]);
  });

  it('when a second factor is wanted, tells a code of an app from a recovery code', async () => {
    const { ask } = answering(['123 456', ' x7k2-9mfq-4tzc ']);
    const secrets = createSecrets({}, ask);
    expect(await secrets.secondFactor()).toEqual({ code: '123 456' });
    expect(await secrets.secondFactor()).toEqual({ recoveryCode: 'x7k2-9mfq-4tzc' });
    expect(await createSecrets({ HALLWAY_ADMIN_CODE: '654321' }, ask).secondFactor()).toEqual({ code: '654321' });
  });

  it('when the two new passwords differ, or a file cannot be read, refuses', async () => {
    await expect(createSecrets({}, answering(['one', 'two']).ask).newPassword()).rejects.toThrow('differ');
    const env = { HALLWAY_ADMIN_USERNAME: 'admin', HALLWAY_ADMIN_PASSWORD_FILE: join(folder, 'absent') };
    await expect(createSecrets(env, answering([]).ask).credentials()).rejects.toThrow('HALLWAY_ADMIN_PASSWORD_FILE');
  });
});
