import { describe, expect, it } from 'vitest';
import { listFiles, readManifests, readText } from './project-files.ts';

const manifests = readManifests();
const isOurs = (name: string) => name.startsWith('@hallway/');

describe('package.json', () => {
  it.each(manifests.map((manifest) => [manifest.path, manifest] as const))(
    '%s pins every version exactly',
    (_, manifest) => {
      const all = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
      expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+([.-][\w.-]+)?$/.test(version))).toEqual([]);
    },
  );

  it('when packages are used in several places, they have one version', () => {
    const versions = new Map<string, Set<string>>();
    for (const { dependencies, devDependencies } of manifests) {
      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        versions.set(name, (versions.get(name) ?? new Set()).add(version));
      }
    }
    expect([...versions].filter(([, set]) => set.size > 1).map(([name]) => name)).toEqual([]);
  });
});

describe('docs/dependencies.md', () => {
  it('lists exactly the runtime dependencies, each with a reason', () => {
    const used = new Set(
      manifests.flatMap(({ dependencies = {} }) => Object.keys(dependencies)).filter((name) => !isOurs(name)),
    );
    const rows = [...readText('docs/dependencies.md').matchAll(/^\| `([^`]+)`\s*\|([^|]+)\|([^|]+)\|/gm)];
    expect(rows.map((row) => row[1]).sort()).toEqual([...used].sort());
    for (const row of rows) expect((row[3] ?? '').trim().length).toBeGreaterThan(20);
  });
});

describe('the lockfile', () => {
  const lock = JSON.parse(readText('package-lock.json')) as {
    packages: Record<string, { resolved?: string; link?: boolean }>;
  };

  it('names no download address, so that any registry serves', () => {
    const addressed = Object.entries(lock.packages).filter(
      ([, entry]) => !entry.link && entry.resolved?.startsWith('http'),
    );
    expect(addressed.map(([path]) => path)).toEqual([]);
  });
});

describe('source files', () => {
  const sources = listFiles().filter(
    (path) => /\.(ts|tsx|mjs|cjs|css|html|md|json|yml)$/.test(path) && path !== 'package-lock.json',
  );

  it('when the service code is read, nothing but main.ts reads the environment', () => {
    const readers = sources.filter(
      (path) => /^services\/[^/]+\/src\//.test(path) && !path.endsWith('/main.ts') && !path.endsWith('.test.ts'),
    );
    expect(readers.filter((path) => readText(path).includes('process.env'))).toEqual([]);
  });

  it('when tests are read, none mocks a module and none is switched off', () => {
    const tests = sources.filter((path) => /\.test\.tsx?$/.test(path) && !path.startsWith('tests/guards/'));
    const pattern = /vi\.mock\(|\b(it|describe|test)\.(only|skip|todo)\(/;
    expect(tests.filter((path) => pattern.test(readText(path)))).toEqual([]);
  });
});
