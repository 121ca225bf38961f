import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { clusterOptions, mongoOptions, type RedisKind, redisOptions, sentinelOptions } from '@hallway/platform';
import { describe, expect, it } from 'vitest';

const text = readFileSync(resolve(import.meta.dirname, '../../docs/stores.md'), 'utf8');
const kinds: RedisKind[] = ['commands', 'producer', 'blocking', 'subscriber', 'queue'];

/** The first table under a heading: its rows as cells, without code marks. */
function tableUnder(heading: string): string[][] {
  const section = text.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

function shown(value: unknown): string {
  if (value === undefined) return '–';
  return typeof value === 'function' ? 'rule' : String(value);
}

/** `{ a: { b: 1 } }` as `a.b`, `1`. */
function flat(options: object, prefix = ''): [string, string][] {
  return Object.entries(options).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? flat(value, `${prefix}${name}.`)
      : [[`${prefix}${name}`, shown(value)] as [string, string]],
  );
}

/** One row for each option of any kind. */
function byKind(optionsOf: (kind: RedisKind) => object): string[][] {
  const all = kinds.map((kind) => new Map<string, unknown>(Object.entries(optionsOf(kind))));
  const names = new Set(all.flatMap((options) => [...options.keys()]));
  return [...names].sort().map((name) => [name, ...all.map((options) => shown(options.get(name)))]);
}

const withoutReason = (rows: string[][]) => rows.map((row) => row.slice(0, -1)).sort();

describe('docs/stores.md', () => {
  it('when options of MongoDB are listed, has exactly those of the code', () => {
    expect(withoutReason(tableUnder('How services connect to MongoDB'))).toEqual(flat(mongoOptions).sort());
  });

  it('when options of Redis are listed, has exactly those of the code for each kind of connection', () => {
    expect(withoutReason(tableUnder('Redis options'))).toEqual(byKind(redisOptions));
    expect(withoutReason(tableUnder('Sentinel options'))).toEqual(flat(sentinelOptions()).sort());
    const ofCluster = (kind: RedisKind) => {
      const { redisOptions: _perNode, ...options } = clusterOptions(kind);
      return options;
    };
    expect(withoutReason(tableUnder('Cluster options'))).toEqual(byKind(ofCluster));
  });

  it('when an option is listed, has a reason for it', () => {
    const tables = ['How services connect to MongoDB', 'Redis options', 'Sentinel options', 'Cluster options'];
    for (const reason of tables.flatMap(tableUnder).map((row) => row.at(-1))) expect(reason).toMatch(/\w{2,}.*\.$/);
  });
});
