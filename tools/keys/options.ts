import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Refusal } from '../terminal/refusal.ts';

const commands = ['list', 'rotate', 'retire', 'help'] as const;

export interface KeysOptions {
  command: (typeof commands)[number];
  /** The folder of keys. */
  directory: string;
  force: boolean;
}

export const HELP = `npm run keys changes the keys that sign access tokens, while Hallway runs.

  npm run keys -- list      the keys, the signing one first
  npm run keys -- rotate    a new key signs; the former one still verifies its tokens
  npm run keys -- retire    removes the former key, once its tokens have ended

  --dir <folder>            the folder of keys (default: AUTH_KEYS_DIR, else that of npm start)
  --force                   does not wait for the former key's tokens to end

Auth services notice within a second, the others ask for a key that they do not know. Nobody is signed out, and sockets stay.
A retired key is refused by the other services within a minute or two.

Where the keys come from AUTH_SIGNING_KEYS, as in production, they are changed there, with a rolling restart of the auth
services after each step:
  1. append a new key: openssl ecparam -name prime256v1 -genkey -noout
     every service verifies it now, and nobody signs with it yet
  2. move it to the front: it signs
  3. eleven minutes later, remove the former key`;

/** Reads the command line; rejects what it does not know with a `Refusal`. */
export function readKeysOptions(args: string[], env: NodeJS.ProcessEnv, stateFolder: string): KeysOptions {
  const { values, positionals } = parse(args);
  const command = values.help ? 'help' : commands.find((known) => known === positionals[0]);
  if (command === undefined || positionals.length > 1) throw new Refusal(HELP);
  if (command !== 'help' && values.dir === undefined && (env.AUTH_SIGNING_KEYS || env.AUTH_SIGNING_KEYS_FILE)) {
    throw new Refusal(`The keys stand in AUTH_SIGNING_KEYS, which this command does not change.\n\n${HELP}`);
  }
  return { command, directory: values.dir ?? (env.AUTH_KEYS_DIR || join(stateFolder, 'keys')), force: values.force };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        dir: { type: 'string' },
        force: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (fault) {
    throw new Refusal(`${(fault as Error).message.split('. ')[0]}. "npm run keys -- --help" lists what there is.`);
  }
}
