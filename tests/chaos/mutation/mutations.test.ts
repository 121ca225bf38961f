import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../../tools/project/folders.ts';
import { applyPatches } from './mutation.ts';
import { mutations } from './mutations.ts';
import { chooseMutations, hasCaughtAll } from './run-mutations.ts';

const historyFolder = join(ROOT, 'libs/testkit/src/history');

describe('mutations', () => {
  it('when all of them are listed, they are the eight of the test design', () => {
    expect(mutations.map(({ title }) => title)).toEqual([
      ...['No dedup', 'Ack before write', 'Skip replay tail', 'Arrival order', 'Cursor off by one', 'Lost `$max`'],
      ...['Double push', 'Non-member fan-out'],
    ]);
  });

  it.each(mutations.map((mutation) => [mutation.id, mutation] as const))(
    'when %s is applied to the source of today, it fits and what comes out is TypeScript',
    (_id, { patches }) => {
      for (const [file, some] of Map.groupBy(patches, (patch) => patch.file)) {
        const text = readFileSync(join(ROOT, file), 'utf8');
        const changed = applyPatches(text, some);
        expect(changed).not.toBe(text);
        expect(() => stripTypeScriptTypes(changed)).not.toThrow();
      }
    },
  );

  it.each(mutations.map((mutation) => [mutation.id, mutation] as const))(
    'when %s is to be caught, the checker knows the words that it has to say',
    (_id, { caughtBy }) => {
      const sources = readdirSync(historyFolder).filter((name) => !name.endsWith('.test.ts'));
      const checker = sources.map((name) => readFileSync(join(historyFolder, name), 'utf8')).join('\n');
      for (const { message } of caughtBy) expect(checker).toContain(`'${message}'`);
    },
  );
});

describe('applyPatches', () => {
  const patch = { file: 'a.ts', find: 'one', replace: 'two' };

  it('when the text is there once, replaces it', () => {
    expect(applyPatches('one, three', [patch])).toBe('two, three');
  });

  it.each([
    ['not there', 'three'],
    ['there 2 times', 'one, one'],
  ])('when the text is %s, throws and names the file', (found, text) => {
    expect(() => applyPatches(text, [patch])).toThrow(new RegExp(`a\\.ts .* this text is ${found}`));
  });
});

describe('chooseMutations', () => {
  it.each([
    ['nothing', [], mutations.length],
    ['T12', ['T3', 'T12'], mutations.length],
    ['one of them', ['T12-DOUBLE-PUSH'], 1],
    ['others', ['T3'], 0],
  ])('when %s is named, chooses accordingly', (_what, only, count) => {
    expect(chooseMutations(only)).toHaveLength(count);
  });
});

describe('hasCaughtAll', () => {
  const [mutation] = mutations as [(typeof mutations)[0]];
  const caught = { mutation, caughtBy: mutation.caughtBy, reported: [], totals: {}, seconds: 1, fault: null };

  it.each([
    ['everything is caught', { controlProblems: [], results: [caught] }, true],
    ['one survives', { controlProblems: [], results: [caught, { ...caught, caughtBy: [] }] }, false],
    ['the checker complains without a bug', { controlProblems: ['I1'], results: [caught] }, false],
    ['nothing was played', { controlProblems: [], results: [] }, false],
  ])('when %s, says so', (_what, run, expected) => {
    expect(hasCaughtAll({ engines: [], ...run })).toBe(expected);
  });
});
