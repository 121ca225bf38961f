import { parseArgs } from 'node:util';
import { grantableRoles } from './map-roles.ts';

export interface RosterOptions {
  path: string;
  dryRun: boolean;
  delta: boolean;
  confirmRemovals: boolean;
  adoptAccounts: boolean;
  administrators: string[];
  /** Username of the administrator in whose name it is done. */
  actor: string | null;
  /** Where the whole difference goes as JSON lines. */
  report: string | null;
  /** Prints events as JSON lines instead of text. */
  events: boolean;
}

export const rosterUsage = `Usage: node services/auth/src/roster/main.ts FILE [options]

Imports a OneRoster 1.2 delivery, a ZIP or a folder of CSV files, straight into the database.

  --dry-run            show the difference, write nothing
  --delta              refuse a delivery that holds whole files
  --confirm-removals   go on although more than a tenth of a kind would end
  --adopt-accounts     accounts made by hand become the roster's where the username is the same
  --grant-admin ROLE   people with this role become administrators of Hallway (${grantableRoles.join(', ')}); repeatable
  --actor USERNAME     the administrator whom the audit log names
  --report FILE        write the whole difference there, as JSON lines
  --events             print JSON lines, for programs

Exit codes: 0 imported, unchanged or compared; 1 failed; 2 wrong usage; 4 stopped by the guard against removals; 5 another
import is running; 6 the roster has faults or cannot be read. Nothing was written with 2 to 6.
`;

/** A command line that cannot be understood. */
export class WrongUsage extends Error {}

export function readRosterOptions(args: string[]): RosterOptions {
  const { values, positionals } = parse(args);
  const [path, ...others] = positionals;
  if (path === undefined || others.length > 0) throw new WrongUsage('Name one file or folder.');
  const administrators = values['grant-admin'] ?? [];
  const unknown = administrators.find((role) => !grantableRoles.includes(role));
  if (unknown !== undefined)
    throw new WrongUsage(`--grant-admin takes ${grantableRoles.join(', ')}, and not ${unknown}.`);
  return {
    path,
    dryRun: values['dry-run'] ?? false,
    delta: values.delta ?? false,
    confirmRemovals: values['confirm-removals'] ?? false,
    adoptAccounts: values['adopt-accounts'] ?? false,
    administrators,
    actor: values.actor ?? null,
    report: values.report ?? null,
    events: values.events ?? false,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        'dry-run': { type: 'boolean' },
        delta: { type: 'boolean' },
        'confirm-removals': { type: 'boolean' },
        'adopt-accounts': { type: 'boolean' },
        'grant-admin': { type: 'string', multiple: true },
        actor: { type: 'string' },
        report: { type: 'string' },
        events: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new WrongUsage((error as Error).message);
  }
}
