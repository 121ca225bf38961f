import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const read = (path: string) => readFileSync(resolve(import.meta.dirname, '../..', path), 'utf8');

describe('docs/front-door.md', () => {
  it('lists every variable that start.sh reads, with its default', () => {
    const script = [...read('deploy/nginx/start.sh').matchAll(/"\$\{([A-Z_]+):=([^}]*)\}"/g)].map(([, name, value]) => [
      name,
      value,
    ]);
    const nginx = read('docs/front-door.md').split('## nginx')[1] ?? '';
    const rows = [...nginx.matchAll(/^\| `([A-Z_]+)`\s*\|([^|]*)\|/gm)].map(([, name, value]) => [
      name,
      (value ?? '').trim().replaceAll('`', ''),
    ]);
    expect(rows.sort()).toEqual(script.sort());
    expect(rows.length).toBeGreaterThan(10);
  });
});

describe('the templates of nginx', () => {
  it('name only what start.sh puts in', () => {
    const script = read('deploy/nginx/start.sh');
    const known = new Set([...script.matchAll(/s\|(@[A-Z0-9_]+@)\|/g)].map(([, name]) => name));
    const folder = resolve(import.meta.dirname, '../../deploy/nginx');
    const all = ['nginx.conf', ...readdirSync(join(folder, 'parts')).map((name) => `parts/${name}`)];
    for (const file of all) {
      const used = [...read(`deploy/nginx/${file}`).matchAll(/@[A-Z0-9_]+@/g)]
        .map(([name]) => name)
        .filter((name) => name !== '@NAMES@');
      expect(
        used.filter((name) => !known.has(name)),
        file,
      ).toEqual([]);
    }
  });
});
