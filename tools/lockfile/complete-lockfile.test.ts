import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completeLockfile, findMissingOptional, type Lockfile, platformOf } from './complete-lockfile.ts';

const incomplete: Lockfile = {
  packages: {
    '': {},
    'node_modules/linter': {
      version: '2.0.0',
      dev: true,
      optionalDependencies: { '@linter/cli-darwin-arm64': '2.0.0', '@linter/cli-linux-x64-musl': '2.0.0' },
    },
    'node_modules/linter/node_modules/@linter/cli-darwin-arm64': { version: '2.0.0', optional: true },
  },
};

describe('completeLockfile', () => {
  it('when an optional package has no entry, adds one with its version and platform', () => {
    const added = completeLockfile(incomplete).packages['node_modules/@linter/cli-linux-x64-musl'];
    expect(added).toEqual({ version: '2.0.0', dev: true, optional: true, os: ['linux'], cpu: ['x64'], libc: ['musl'] });
  });

  it('when a nested entry serves the package already, adds nothing for it', () => {
    expect(completeLockfile(incomplete).packages['node_modules/@linter/cli-darwin-arm64']).toBeUndefined();
  });

  it('when it has run once, changes nothing more', () => {
    const once = completeLockfile(incomplete);
    expect(JSON.stringify(completeLockfile(once))).toBe(JSON.stringify(once));
  });

  it('when a name tells no platform, guesses none', () => {
    expect(platformOf('@linter/core')).toBeNull();
    expect(platformOf('@turbo/windows-64')).toEqual({ os: ['win32'], cpu: ['x64'] });
  });
});

describe('package-lock.json', () => {
  it('when npm ci reads it on any platform, misses no optional package (node tools/lockfile/main.ts adds them)', () => {
    const lock = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')) as Lockfile;
    expect(findMissingOptional(lock)).toEqual([]);
  });
});
