import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Refusal } from '../terminal/refusal.ts';
import type { Credentials, ShownFactor } from './admin-client.ts';

/**
 * Passwords come from the environment, from a file, or from the keyboard: what stands in a command line can be read by everybody
 * on the machine, and stays in the shell's history.
 */
export interface Secrets {
  credentials: () => Promise<Credentials>;
  /** What the administrator shows beside the password; asked for where Hallway wants it. */
  secondFactor: () => Promise<ShownFactor>;
  /** The password that somebody is to get. */
  newPassword: () => Promise<string>;
}

export function createSecrets(env: NodeJS.ProcessEnv, ask: Ask = askAtTerminal): Secrets {
  return {
    async credentials() {
      const username = env.HALLWAY_ADMIN_USERNAME || (await ask('Administrator: ', { hidden: false }));
      const password = readSecret(env, 'HALLWAY_ADMIN_PASSWORD') ?? (await ask('Password: ', { hidden: true }));
      return { username, password };
    },
    async secondFactor() {
      const given = readSecret(env, 'HALLWAY_ADMIN_CODE');
      const shown = given ?? (await ask('Code of the authenticator app, or a recovery code: ', { hidden: false }));
      return /^\d{3} ?\d{3}$/.test(shown.trim()) ? { code: shown.trim() } : { recoveryCode: shown.trim() };
    },
    async newPassword() {
      const given = readSecret(env, 'HALLWAY_NEW_PASSWORD');
      if (given !== null) return given;
      const password = await ask('New password: ', { hidden: true });
      if ((await ask('Once more: ', { hidden: true })) === password) return password;
      throw new Refusal('The two passwords differ.');
    },
  };
}

export type Ask = (question: string, options: { hidden: boolean }) => Promise<string>;

function readSecret(env: NodeJS.ProcessEnv, name: string): string | null {
  const path = env[`${name}_FILE`];
  if (!path) return env[name] || null;
  try {
    // Editors end a file with a line break, which is no part of a password.
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (fault) {
    throw new Refusal(`${name}_FILE cannot be read: ${(fault as Error).message}.`);
  }
}

/** Asks on the error output, so that the answer of the command stays alone on the other. */
async function askAtTerminal(question: string, { hidden }: { hidden: boolean }): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new Refusal(
      'There is no terminal to ask at: set HALLWAY_ADMIN_USERNAME and HALLWAY_ADMIN_PASSWORD or HALLWAY_ADMIN_PASSWORD_FILE, HALLWAY_ADMIN_CODE where a second factor is asked for, and HALLWAY_NEW_PASSWORD or HALLWAY_NEW_PASSWORD_FILE where a password is to be set.',
    );
  }
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const output = hidden ? silent : process.stderr;
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  if (hidden) process.stderr.write(question);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  lines.question(hidden ? '' : question, resolve);
  lines.once('close', () => reject(new Refusal('Nothing was entered.')));
  try {
    return await promise;
  } finally {
    lines.close();
    if (hidden) process.stderr.write('\n');
  }
}
