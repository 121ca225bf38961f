import { describe, expect, it } from 'vitest';
import { isInstalled } from './is-installed.mjs';

const lockfile = {
  packages: {
    '': {},
    'libs/own': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/@own/lib': { link: true },
    'node_modules/a-darwin-arm64': { version: '1.0.0', optional: true },
  },
};
const installed = { packages: { 'node_modules/a': { version: '1.0.0' }, 'node_modules/@own/lib': {} } };

describe('isInstalled', () => {
  it('when everything is there but for other platforms, is satisfied', () => {
    expect(isInstalled(lockfile, installed)).toBe(true);
  });

  it('when a version differs, a package is missing or one is too many, is not', () => {
    const a = (version: string) => ({ packages: { ...installed.packages, 'node_modules/a': { version } } });
    expect(isInstalled(lockfile, a('1.0.1'))).toBe(false);
    expect(isInstalled(lockfile, { packages: {} })).toBe(false);
    const extra = { packages: { ...installed.packages, 'node_modules/old': { version: '1.0.0' } } };
    expect(isInstalled(lockfile, extra)).toBe(false);
  });
});
