import { parseArgs } from 'node:util';
import { type Command, type CommandOption, UsageError } from './command.ts';
import { courseCommands } from './course-commands.ts';
import { peopleCommands } from './people-commands.ts';
import { rosterCommands } from './roster-commands.ts';
import { tieCommands } from './tie-commands.ts';

const commands: Command[] = [...peopleCommands, ...courseCommands, ...tieCommands, ...rosterCommands];

const everywhere: Record<string, CommandOption> = {
  json: { type: 'boolean', about: 'answers in JSON, errors too' },
  origin: { type: 'string', about: 'where Hallway is (default: HALLWAY_ORIGIN, or http://localhost:3000)' },
  help: { type: 'boolean', short: 'h', about: 'this text' },
};

export type CommandLine =
  | { help: string }
  | { command: Command; args: string[]; options: ReturnType<typeof parse>['values']; json: boolean; origin: string };

/** Reads a command line; throws `UsageError` for one that it does not understand. */
export function readCommandLine(line: string[], env: NodeJS.ProcessEnv): CommandLine {
  const words = line.filter((word) => !word.startsWith('-'));
  const command = commands.find(({ name }) => line.slice(0, 2).join(' ') === name);
  const asksForHelp = line.includes('--help') || line.includes('-h') || line.length === 0;
  if (asksForHelp) return { help: command ? helpOf(command) : helpOfAll(words[0]) };
  if (!command) {
    throw new UsageError(
      `There is no command "${words.slice(0, 2).join(' ')}". "npm run admin -- --help" lists what there is.`,
    );
  }
  const { values, positionals } = parse(command, line.slice(2));
  checkArguments(command, positionals);
  const origin = typeof values.origin === 'string' ? values.origin : originOf(env);
  return { command, args: positionals, options: values, json: values.json === true, origin };
}

function parse({ name, options = {} }: Command, args: string[]) {
  try {
    return parseArgs({ args, options: { ...options, ...everywhere }, allowPositionals: true });
  } catch (fault) {
    const [what] = (fault as Error).message.split('. ');
    throw new UsageError(`${what}. "npm run admin -- ${name} --help" says how it is used.`);
  }
}

function checkArguments(command: Command, given: string[]): void {
  const open = command.args.at(-1)?.endsWith('...') === true;
  const fits = open ? given.length >= command.args.length : given.length === command.args.length;
  if (!fits) throw new UsageError(`Usage: ${usageOf(command)}`);
}

function originOf(env: NodeJS.ProcessEnv): string {
  return env.HALLWAY_ORIGIN || `http://localhost:${env.HALLWAY_PORT_BASE || '3000'}`;
}

function usageOf({ name, args, options = {} }: Command): string {
  const places = args.map((place) => (place.endsWith('...') ? `<${place.slice(0, -3)}> ...` : `<${place}>`));
  return ['npm run admin --', name, ...places, ...(Object.keys(options).length > 0 ? ['[options]'] : [])].join(' ');
}

function helpOf(command: Command): string {
  const options = Object.entries({ ...command.options, ...everywhere });
  const rows = options.map(([name, { type, about }]) => [`--${name}${type === 'string' ? ' …' : ''}`, about]);
  return [usageOf(command), '', `  ${command.about}`, '', ...toColumns(rows)].join('\n');
}

function helpOfAll(group: string | undefined): string {
  const chosen = commands.filter(({ name }) => name.split(' ')[0] === group);
  const rows = (chosen.length > 0 ? chosen : commands).map(({ name, args, about }) => [
    [name, ...args.map((place) => `<${place}>`)].join(' '),
    about,
  ]);
  return [
    'npm run admin manages people, courses and families.',
    '',
    ...toColumns(rows),
    '',
    '  "npm run admin -- users add --help" says more of one; --json answers in JSON; npm run -s keeps npm silent.',
    '  <user> is a username or an id, <course> a code, a code and term such as "CS101@Autumn 2026", or an id.',
    '',
    'Environment',
    '  HALLWAY_ORIGIN            where Hallway is (default http://localhost:3000)',
    '  HALLWAY_ADMIN_USERNAME    who signs in; asked for otherwise',
    '  HALLWAY_ADMIN_PASSWORD    or HALLWAY_ADMIN_PASSWORD_FILE; asked for otherwise',
    '  HALLWAY_ADMIN_CODE        the second factor, where there is one; asked for otherwise. A code works once',
    '  HALLWAY_NEW_PASSWORD      or HALLWAY_NEW_PASSWORD_FILE, for users add --with-password and users set-password',
    '',
    'Exit codes: 0 done, 1 refused, 2 not understood, 3 Hallway cannot be reached or is not available; of roster import also',
    '4 stopped by the guard against removals, 5 another import is running, 6 the roster has faults or cannot be read.',
  ].join('\n');
}

function toColumns(rows: string[][]): string[] {
  const width = Math.max(...rows.map(([left = '']) => left.length));
  return rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}  ${right}`);
}
