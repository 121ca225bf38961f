import { parseArgs } from 'node:util';
import { Refusal } from '../../tools/terminal/refusal.ts';
import type { Load } from './scenario.ts';

export interface ChaosOptions {
  minutes: number;
  seed: number;
  /** Ids of scenarios; empty means all. */
  only: string[];
  short: boolean;
  /** Keeps the histories of scenarios that passed, too. */
  keep: boolean;
  help: boolean;
}

export const help = `npm run chaos breaks Hallway on purpose, and checks that nothing is lost, doubled or reordered.

  npm run chaos -- --minutes 30        for how long things are broken, over all scenarios (default 10)
  npm run chaos -- --seed 7            the random choices of an earlier run
  npm run chaos -- --only T3,T5        these scenarios
  npm run chaos -- --only T12          seeded bugs, each of which has to be caught; one of them: T12-no-dedup
  npm run chaos -- --short             a few seconds each, with few people
  npm run chaos -- --keep              keep the histories, also of what passed
  npm run chaos -- --help              this text

Reports are in .hallway/chaos. The exit code is 1 when a promise was broken.`;

// A day: longer runs would fill the disk with histories.
const mostMinutes = 24 * 60;
const seedLimit = 2 ** 31;

/** Reads the command line; rejects what it does not know with a `Refusal`. */
export function readChaosOptions(args: string[]): ChaosOptions {
  const { minutes, seed, only, ...flags } = parse(args);
  return {
    ...flags,
    minutes: wholeNumber('--minutes', minutes, mostMinutes),
    seed: seed === undefined ? Math.floor(Math.random() * seedLimit) : wholeNumber('--seed', seed, seedLimit),
    only: only?.split(',').map((id) => id.trim().toUpperCase()) ?? [],
  };
}

function parse(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        minutes: { type: 'string', default: '10' },
        seed: { type: 'string' },
        only: { type: 'string' },
        short: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (fault) {
    throw new Refusal(`${(fault as Error).message.split('. ')[0]}. "npm run chaos -- --help" lists what there is.`);
  }
}

function wholeNumber(name: string, text: string, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= 1 && number <= most) return number;
  throw new Refusal(`${name} must be a whole number from 1 to ${most}, not "${text}".`);
}

/** What two cores carry beside everything else that runs there: two gateways, two message services, stores and clients. */
export const fullLoad: Load = {
  clients: 30,
  secondDevices: 3,
  groups: 8,
  membersPerGroup: 8,
  absentPerGroup: 3,
  directRooms: 8,
  perSecond: 20,
};

export const shortLoad: Load = {
  clients: 10,
  secondDevices: 1,
  groups: 3,
  membersPerGroup: 6,
  absentPerGroup: 2,
  directRooms: 3,
  perSecond: 12,
};
