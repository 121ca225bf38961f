import type { ParseArgsOptionDescriptor } from 'node:util';
import { Refusal } from '../terminal/refusal.ts';
import type { AdminClient } from './admin-client.ts';
import type { Secrets } from './secrets.ts';

/** What a command tells: for a program, and for a person. */
export interface Told {
  json: unknown;
  lines: string[];
}

type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

export interface CommandCall {
  client: AdminClient;
  secrets: Secrets;
  /** Positional arguments, as many as the command has and more where the last one may be several. */
  args: string[];
  options: Values;
}

export interface CommandOption extends ParseArgsOptionDescriptor {
  /** What it is, for the help. */
  about: string;
}

export interface Command {
  /** Such as `users add`. */
  name: string;
  /** Names of the positional arguments; one that ends in `...` stands for one or more. */
  args: string[];
  about: string;
  options?: Record<string, CommandOption>;
  run: (call: CommandCall) => Promise<Told>;
}

/** The command line is not understood. */
export class UsageError extends Refusal {}

export const text = (about: string): CommandOption => ({ type: 'string', about });
export const flag = (about: string): CommandOption => ({ type: 'boolean', about });

/** An option that takes text; undefined where it was not given. */
export function optional({ options }: Pick<CommandCall, 'options'>, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

export function required(call: Pick<CommandCall, 'options'>, name: string): string {
  const value = optional(call, name);
  if (value !== undefined) return value;
  throw new UsageError(`--${name} is missing.`);
}

/** The positional argument at a place that the command is known to have. */
export function argument({ args }: Pick<CommandCall, 'args'>, index: number): string {
  const value = args[index];
  if (value !== undefined) return value;
  throw new UsageError('An argument is missing.');
}

// More than anybody reads; whoever wants all says so with --limit.
const defaultLimit = 200;
const longestList = 100_000;

export const limitOption = { limit: text(`at most so many (default ${defaultLimit})`) };

export function limitOf(call: Pick<CommandCall, 'options'>): number {
  const given = optional(call, 'limit');
  if (given === undefined) return defaultLimit;
  const number = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (number >= 1 && number <= longestList) return number;
  throw new UsageError(`--limit must be a whole number from 1 to ${longestList}, not "${given}".`);
}

const dayForm = /^\d{4}-\d{2}-\d{2}$/;

/** A time as the API takes it: a day is its last moment in UTC where it ends something, its first where it begins. */
export function readMoment(given: string, edge: 'start' | 'end'): string {
  const full = dayForm.test(given) ? `${given}T${edge === 'start' ? '00:00:00.000' : '23:59:59.999'}Z` : given;
  const time = new Date(full);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new UsageError(`"${given}" is no time: write 2027-01-31, or 2027-01-31T18:00:00Z.`);
}

/** An option that is a time; undefined where it was not given. */
export function optionalMoment(call: Pick<CommandCall, 'options'>, name: string, edge: 'start' | 'end') {
  const given = optional(call, name);
  return given === undefined ? undefined : readMoment(given, edge);
}

/** Rows under a head, each column as wide as its widest cell. */
export function toTable(head: string[], rows: string[][]): string[] {
  if (rows.length === 0) return ['None.'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const toLine = (cells: string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [toLine(head), ...rows.map(toLine)];
}

export function tellList(items: unknown[], { more, table }: { more: boolean; table: string[] }): Told {
  return { json: items, lines: more ? [...table, 'There are more: ask with a larger --limit.'] : table };
}
