import { describe, expect, it } from 'vitest';
import { Refusal } from '../terminal/refusal.ts';
import { readStartOptions } from './options.ts';

describe('readStartOptions', () => {
  it('when nothing is said, runs two gateways on the usual ports', () => {
    const expected = { gateways: 2, messageServices: 1, fresh: false, open: false, help: false, portBase: 3000 };
    expect(readStartOptions([], {})).toEqual(expected);
  });

  it('when options and a port base are given, takes them', () => {
    const options = readStartOptions(['--gateways', '4', '--message-services', '2', '--fresh', '--open'], {
      HALLWAY_PORT_BASE: '5000',
    });
    expect(options).toEqual({ gateways: 4, messageServices: 2, fresh: true, open: true, help: false, portBase: 5000 });
  });

  it.each([
    [['--gateways', '0'], {}, '--gateways must be a whole number from 1 to 16'],
    [['--gateways', 'two'], {}, '--gateways must be a whole number from 1 to 16'],
    [['--message-services', '4'], {}, '--message-services must be a whole number from 1 to 3'],
    [[], { HALLWAY_PORT_BASE: '80' }, 'HALLWAY_PORT_BASE must be a whole number'],
    [['--frsh'], {}, "Unknown option '--frsh'"],
    [['something'], {}, 'something'],
  ])('when the command line is %j with %j, refuses with a sentence', (args, env, sentence) => {
    expect(() => readStartOptions(args, env)).toThrow(Refusal);
    expect(() => readStartOptions(args, env)).toThrow(sentence);
  });
});
