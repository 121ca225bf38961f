import { parseArgs } from 'node:util';
import { Refusal } from '../terminal/refusal.ts';

export interface StartOptions {
  gateways: number;
  messageServices: number;
  fresh: boolean;
  open: boolean;
  help: boolean;
  portBase: number;
}

/** Gateways take the ports 3011 to 3026; more than a developer's machine can use, fewer than would meet other ports. */
const MOST_GATEWAYS = 16;

/** Message services take the ports 3002 to 3004: the worker's come next. */
const MOST_MESSAGE_SERVICES = 3;

/** Room for the internal ports, which are 1000 higher. */
const HIGHEST_PORT_BASE = 64_000;

export const HELP = `npm start runs all of Hallway on this machine.

  npm start -- --gateways 4    that many gateways (default 2, at most ${MOST_GATEWAYS})
  npm start -- --message-services 2   that many message services (default 1, at most ${MOST_MESSAGE_SERVICES})
  npm start -- --fresh         begin with an empty database: wipes .hallway/data
  npm start -- --open          open the address in the browser
  npm start -- --help          this text

Environment
  HALLWAY_PORT_BASE            moves all ports (default 3000)
  MONGODB_URI, REDIS_URL       use these stores instead of finding some
  HALLWAY_MONGO, HALLWAY_REDIS overrule the choice: uri, path, download, embedded
  LOG_LEVEL and other settings of the services are passed on to them

Ctrl-C stops everything. What was written is there again at the next start.`;

/** Reads the command line and the environment; rejects what it does not know with a `Refusal`. */
export function readStartOptions(args: string[], env: NodeJS.ProcessEnv): StartOptions {
  const { gateways, 'message-services': messageServices, ...flags } = parse(args);
  return {
    ...flags,
    gateways: wholeNumber(gateways, { name: '--gateways', least: 1, most: MOST_GATEWAYS }),
    messageServices: wholeNumber(messageServices, {
      name: '--message-services',
      least: 1,
      most: MOST_MESSAGE_SERVICES,
    }),
    portBase: wholeNumber(env.HALLWAY_PORT_BASE || '3000', {
      name: 'HALLWAY_PORT_BASE',
      least: 1024,
      most: HIGHEST_PORT_BASE,
    }),
  };
}

function parse(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        gateways: { type: 'string', default: '2' },
        'message-services': { type: 'string', default: '1' },
        fresh: { type: 'boolean', default: false },
        open: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (fault) {
    throw new Refusal(`${(fault as Error).message.split('. ')[0]}. "npm start -- --help" lists what there is.`);
  }
}

function wholeNumber(text: string, { name, least, most }: { name: string; least: number; most: number }): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Refusal(`${name} must be a whole number from ${least} to ${most}, not "${text}".`);
}
