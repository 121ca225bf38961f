import { parseArgs } from 'node:util';
import { Refusal } from '../terminal/refusal.ts';

interface Account {
  username: string;
  password: string;
}

export interface SmokeOptions {
  /** Where Hallway is, without a slash at the end. */
  origin: string;
  sender: Account;
  receiver: Account;
  /** Of each step. */
  withinMs: number;
}

/** Of the demo campus, which exists wherever nobody said that it is production. */
const DEMO_PASSWORD = 'hallway-demo';

export const HELP = `deploy/scripts/smoke.sh ADDRESS says whether the Hallway at that address works: two people sign in, write to each other,
and each receives over the socket what the other wrote.

  deploy/scripts/smoke.sh http://localhost:3000
  --within <seconds>    what each step may take (default 15)

Environment
  HALLWAY_SMOKE_SENDER, HALLWAY_SMOKE_RECEIVER    two people who may write to each other (default john and sarah)
  HALLWAY_SMOKE_PASSWORD                          of the first, and of the second where the next is not set
  HALLWAY_SMOKE_RECEIVER_PASSWORD                 of the second
  NODE_EXTRA_CA_CERTS                             a certificate authority of your own

Exit code 0 means that all of it worked; otherwise the last line says what did not.`;

/** Reads the command line and the environment; rejects what it does not know with a `Refusal`. */
export function readSmokeOptions(args: string[], env: NodeJS.ProcessEnv): SmokeOptions | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  const [address, ...others] = positionals;
  if (address === undefined || others.length > 0) throw new Refusal(`Name one address.\n\n${HELP}`);
  const password = env.HALLWAY_SMOKE_PASSWORD || DEMO_PASSWORD;
  const sender = { username: env.HALLWAY_SMOKE_SENDER || 'john', password };
  const receiver = {
    username: env.HALLWAY_SMOKE_RECEIVER || 'sarah',
    password: env.HALLWAY_SMOKE_RECEIVER_PASSWORD || password,
  };
  if (sender.username === receiver.username) {
    throw new Refusal(
      'HALLWAY_SMOKE_SENDER and HALLWAY_SMOKE_RECEIVER are the same person: nobody writes to themselves.',
    );
  }
  return { origin: readOrigin(address), sender, receiver, withinMs: readSeconds(values.within) * 1000 };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { within: { type: 'string', default: '15' }, help: { type: 'boolean', short: 'h', default: false } },
    });
  } catch (fault) {
    throw new Refusal(`${(fault as Error).message.split('. ')[0]}.\n\n${HELP}`);
  }
}

function readOrigin(address: string): string {
  const url = URL.parse(address);
  const plain = url !== null && /^https?:$/.test(url.protocol) && /^\/?$/.test(url.pathname + url.search + url.hash);
  if (!plain)
    throw new Refusal(`"${address}" is no address such as http://localhost:3000 or https://hallway.example.edu.`);
  return url.origin;
}

function readSeconds(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= 600) return seconds;
  throw new Refusal(`--within must be a whole number of seconds from 1 to 600, not "${text}".`);
}
