import { describe, expect, it } from 'vitest';
import { readSmokeOptions } from './options.ts';

const read = (args: string[], env: NodeJS.ProcessEnv = {}) => readSmokeOptions(args, env);

describe('readSmokeOptions', () => {
  it('when only an address is given, takes two people of the demo campus', () => {
    expect(read(['http://localhost:3000/'])).toEqual({
      origin: 'http://localhost:3000',
      sender: { username: 'john', password: 'hallway-demo' },
      receiver: { username: 'sarah', password: 'hallway-demo' },
      withinMs: 15_000,
    });
  });

  it('when the environment names others, takes those, with one password or two', () => {
    const env = { HALLWAY_SMOKE_SENDER: 'a', HALLWAY_SMOKE_RECEIVER: 'b', HALLWAY_SMOKE_PASSWORD: 'p' };
    expect(read(['https://a.example'], env)).toMatchObject({ receiver: { username: 'b', password: 'p' } });
    expect(read(['https://a.example'], { ...env, HALLWAY_SMOKE_RECEIVER_PASSWORD: 'q' })).toMatchObject({
      sender: { username: 'a', password: 'p' },
      receiver: { username: 'b', password: 'q' },
    });
  });

  it.each([
    [[], /one address/],
    [['http://a', 'http://b'], /one address/],
    [['localhost:3000'], /no address such as/],
    [['ftp://a.example'], /no address such as/],
    [['http://a.example/path'], /no address such as/],
    [['http://a.example', '--within', '0'], /whole number of seconds/],
    [['http://a.example', '--colour'], /Unknown option/],
  ])('when told %j, says what is wrong', (args, sentence) => {
    expect(() => read(args)).toThrow(sentence);
  });

  it('when both people are one, refuses: nobody writes to themselves', () => {
    expect(() => read(['http://a.example'], { HALLWAY_SMOKE_RECEIVER: 'john' })).toThrow(/same person/);
  });

  it('when asked for help, answers it without an address', () => {
    expect(read(['--help'])).toBe('help');
  });
});
