import { describe, expect, it } from 'vitest';
import { hasSamePackages, type Lockfile, listWorkspaces } from './same-packages.ts';

const previous: Lockfile = {
  packages: {
    '': {},
    'services/auth': { version: '0.1.0' },
    'node_modules/@hallway/auth': { link: true, resolved: 'services/auth' },
    'node_modules/fastify': { version: '5.0.0' },
    'services/auth/node_modules/pino': { version: '9.0.0' },
    'node_modules/vitest': { version: '5.0.0', dev: true },
  },
};
const withPackages = (changed: Lockfile['packages']): Lockfile => ({ packages: { ...previous.packages, ...changed } });

describe('hasSamePackages', () => {
  it('when packages were added, or only tools of development differ, says yes', () => {
    const today = withPackages({
      'node_modules/new': { version: '1.0.0' },
      'node_modules/vitest': { version: '6.0.0' },
    });
    expect(hasSamePackages(previous, today)).toBe(true);
  });

  it.each(['node_modules/fastify', 'services/auth/node_modules/pino'])(
    'when %s has another version, says no',
    (path) => {
      expect(hasSamePackages(previous, withPackages({ [path]: { version: '99.0.0' } }))).toBe(false);
    },
  );

  it('when a package is gone, says no', () => {
    const { 'node_modules/fastify': _gone, ...rest } = previous.packages;
    expect(hasSamePackages(previous, { packages: rest })).toBe(false);
  });
});

describe('listWorkspaces', () => {
  it('answers where each workspace is linked, and where to', () => {
    expect(listWorkspaces(previous)).toEqual([{ path: 'node_modules/@hallway/auth', folder: 'services/auth' }]);
  });
});
