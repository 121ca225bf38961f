import { describe, expect, it } from 'vitest';
import { readKeysOptions } from './options.ts';

const read = (args: string[], env: NodeJS.ProcessEnv = {}) => readKeysOptions(args, env, '/state');

describe('readKeysOptions', () => {
  it('when nothing is said of the folder, takes that of npm start, or what the environment names', () => {
    expect(read(['list'])).toEqual({ command: 'list', directory: '/state/keys', force: false });
    expect(read(['rotate', '--force'], { AUTH_KEYS_DIR: '/keys' })).toEqual({
      command: 'rotate',
      directory: '/keys',
      force: true,
    });
    expect(read(['retire', '--dir', '/mine'], { AUTH_KEYS_DIR: '/keys' }).directory).toBe('/mine');
  });

  it('when asked for help, answers it wherever the keys are', () => {
    expect(read(['--help'], { AUTH_SIGNING_KEYS: 'x' }).command).toBe('help');
  });

  it.each([[[]], [['rotat']], [['list', 'rotate']], [['list', '--colour']]])(
    'when told %j, says what there is',
    (args) => {
      expect(() => read(args)).toThrow(/npm run keys/);
    },
  );

  it('when the keys stand in the environment, as in production, says how they are changed there', () => {
    expect(() => read(['rotate'], { AUTH_SIGNING_KEYS_FILE: '/run/keys.pem' })).toThrow(/rolling restart/);
  });
});
