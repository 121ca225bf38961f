import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepRuntime } from './keep-runtime.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hallway-image-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function file(path: string, content: object | string = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
}

function link(name: string, folder: string): void {
  mkdirSync(dirname(join(root, 'node_modules', name)), { recursive: true });
  symlinkSync(join(root, folder), join(root, 'node_modules', name));
}

/** A service that needs a library and two packages, one of which has its own version of another. */
function makeProject(): void {
  file('services/auth/package.json', {
    dependencies: { '@hallway/bus': '1', server: '1' },
    optionalDependencies: { native: '1' },
    devDependencies: { '@hallway/testkit': '1', tester: '1' },
  });
  file('services/auth/src/main.ts');
  file('services/auth/src/main.test.ts');
  file('services/auth/test/main.int.test.ts');
  file('libs/bus/package.json', { dependencies: { wire: '2' } });
  file('libs/testkit/package.json', { dependencies: { tester: '1' } });
  file('tools/image/main.ts');
  for (const [name, folder] of [
    ['@hallway/auth', 'services/auth'],
    ['@hallway/bus', 'libs/bus'],
    ['@hallway/testkit', 'libs/testkit'],
  ] as const)
    link(name, folder);
  file('node_modules/server/package.json', { dependencies: { wire: '1' }, peerDependencies: { missing: '1' } });
  file('node_modules/server/node_modules/wire/package.json', {});
  file('node_modules/server/node_modules/left-over/package.json', {});
  file('node_modules/wire/package.json', {});
  file('node_modules/tester/package.json', {});
  file('node_modules/@types/thing/package.json', {});
  file('node_modules/.bin/tester');
  file('node_modules/.package-lock.json', {});
}

const left = (paths: string[]) => paths.filter((path) => existsSync(join(root, path)));

describe('keepRuntime', () => {
  it('when packages and workspaces are reached from a service, keeps them, each in its own version', () => {
    makeProject();
    const kept = [
      ...['services/auth/src/main.ts', 'libs/bus/package.json', 'node_modules/@hallway/bus', 'node_modules/wire'],
      ...['node_modules/server/package.json', 'node_modules/server/node_modules/wire'],
    ];
    expect(keepRuntime(root)).toEqual({ packages: 3, workspaces: 2 });
    expect(left(kept)).toEqual(kept);
  });

  it('when nothing at run time reaches it, deletes it: what tests need, tests, and what npm remembers', () => {
    makeProject();
    keepRuntime(root);
    expect(
      left([
        ...[
          'libs/testkit',
          'node_modules/@hallway/testkit',
          'node_modules/tester',
          'node_modules/@types',
          'tools/image',
        ],
        ...['node_modules/.bin', 'node_modules/.package-lock.json', 'node_modules/server/node_modules/left-over'],
        ...['services/auth/src/main.test.ts', 'services/auth/test'],
      ]),
    ).toEqual([]);
  });

  it('when it runs again, changes nothing', () => {
    makeProject();
    expect(keepRuntime(root)).toEqual(keepRuntime(root));
  });

  it('when a dependency is missing, says whose it is and deletes nothing', () => {
    makeProject();
    rmSync(join(root, 'node_modules/wire'), { recursive: true });
    expect(() => keepRuntime(root)).toThrow(/libs\/bus needs wire/);
    expect(left(['node_modules/tester'])).toHaveLength(1);
  });
});
