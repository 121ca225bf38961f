import { describe, expect, it } from 'vitest';
import { limitOf, readMoment, toTable, UsageError } from './command.ts';
import { readCommandLine } from './command-line.ts';

const read = (line: string, env: NodeJS.ProcessEnv = {}) => readCommandLine(line.split(' ').filter(Boolean), env);

describe('readCommandLine', () => {
  it('when a command is given, answers it with its arguments, options and where Hallway is', () => {
    expect(read('users add nina --name Nina --role student --json')).toMatchObject({
      command: { name: 'users add' },
      args: ['nina'],
      options: { name: 'Nina', role: 'student' },
      json: true,
      origin: 'http://localhost:3000',
    });
    expect(read('terms list', { HALLWAY_PORT_BASE: '5100' })).toMatchObject({ origin: 'http://localhost:5100' });
    expect(read('terms list', { HALLWAY_ORIGIN: 'https://h.example' })).toMatchObject({ origin: 'https://h.example' });
    expect(read('terms list --origin http://x', { HALLWAY_ORIGIN: 'https://h.example' })).toMatchObject({
      origin: 'http://x',
    });
  });

  it('when the last argument may be several, takes one or more', () => {
    expect(read('sections move CS101 Monday john sarah --from all')).toMatchObject({
      args: ['CS101', 'Monday', 'john', 'sarah'],
      options: { from: 'all' },
    });
    expect(() => read('sections move CS101 Monday')).toThrow('<course> <section> <user> ...');
  });

  it.each(['', '--help', '-h', 'users --help', 'users add --help', 'users add nina -h', 'nonsense --help'])(
    'when it is "%s", answers the help',
    (line) => {
      expect(read(line)).toMatchObject({ help: expect.stringContaining('npm run admin') });
    },
  );

  it('when help of a group or a command is asked for, keeps to it', () => {
    const helpOf = (line: string) => (read(line) as { help: string }).help;
    expect(helpOf('--help')).toContain('guardians add');
    expect(helpOf('users --help')).not.toContain('guardians add');
    expect(helpOf('enrol add --help')).toContain('--section');
  });

  it.each([
    ['users', 'no command "users"'],
    ['users lst', 'no command "users lst"'],
    ['users show', 'Usage: npm run admin -- users show <user>'],
    ['users show a b', 'Usage:'],
    ['users list --colour red', "Unknown option '--colour'"],
    ['users add nina --password secret', "Unknown option '--password'"],
  ])('when it is "%s", throws a usage error', (line, message) => {
    expect(() => read(line)).toThrow(UsageError);
    expect(() => read(line)).toThrow(message);
  });
});

describe('what options are read as', () => {
  it('when a day is given, it begins with its first and ends with its last moment', () => {
    expect(readMoment('2027-01-31', 'end')).toBe('2027-01-31T23:59:59.999Z');
    expect(readMoment('2027-01-31', 'start')).toBe('2027-01-31T00:00:00.000Z');
    expect(readMoment('2027-01-31T18:00:00+02:00', 'end')).toBe('2027-01-31T16:00:00.000Z');
    expect(() => readMoment('tomorrow', 'end')).toThrow(UsageError);
  });

  it('when a limit is no whole number in its bounds, throws', () => {
    expect(limitOf({ options: {} })).toBe(200);
    expect(limitOf({ options: { limit: '1000' } })).toBe(1000);
    for (const limit of ['0', '-1', '1.5', 'all', '100001'])
      expect(() => limitOf({ options: { limit } })).toThrow(UsageError);
  });

  it('when rows are of different widths, stand in columns without spaces at the end', () => {
    expect(
      toTable(
        ['a', 'b'],
        [
          ['long', ''],
          ['x', 'y'],
        ],
      ),
    ).toEqual(['a     b', 'long', 'x     y']);
    expect(toTable(['a'], [])).toEqual(['None.']);
  });
});
