import { describe, expect, it } from 'vitest';
import { Refusal } from '../terminal/refusal.ts';
import { type Choice, chooseEngine } from './choose-engine.ts';
import type { EngineKind, EngineSource } from './engine.ts';

function source(kind: EngineKind, { because, fault }: { because?: string; fault?: Error } = {}): EngineSource {
  return {
    kind,
    prepare: async () =>
      because === undefined ? { available: true, why: `has ${kind}` } : { available: false, because },
    async start(why) {
      if (fault !== undefined) throw fault;
      return {
        role: 'mongo',
        name: kind,
        kind,
        url: 'mongodb://127.0.0.1',
        why,
        pid: () => null,
        stop: async () => {},
      };
    },
  };
}

function choice(own: Partial<Choice>): Choice {
  return { role: 'mongo', sources: [], override: undefined, remembered: undefined, ...own };
}

describe('chooseEngine', () => {
  it('when several can serve, takes the first of the chain', async () => {
    const engine = await chooseEngine(choice({ sources: [source('path'), source('embedded')] }));
    expect(engine.kind).toBe('path');
  });

  it('when the first cannot serve or will not start, takes the next and says why', async () => {
    const sources = [
      source('path', { because: 'no mongod on the PATH' }),
      source('download', { fault: new Error('mongod ended with exit code 1') }),
      source('embedded'),
    ];
    const engine = await chooseEngine(choice({ sources }));
    expect(engine).toMatchObject({
      kind: 'embedded',
      why: 'has embedded; no mongod on the PATH; mongod ended with exit code 1',
    });
  });

  it('when another one held the data last time, stays with that', async () => {
    const engine = await chooseEngine(
      choice({ sources: [source('path'), source('embedded')], remembered: 'embedded' }),
    );
    expect(engine).toMatchObject({ kind: 'embedded', why: 'has embedded, as last time' });
  });

  it('when a URL is given, never falls back to another engine', async () => {
    const sources = [source('uri', { fault: new Refusal('nobody answers there') }), source('embedded')];
    await expect(chooseEngine(choice({ sources, remembered: 'embedded' }))).rejects.toThrow('nobody answers there');
  });

  it('when the choice is overruled, asks that one alone', async () => {
    const sources = [source('path'), source('embedded', { because: 'no Python 3 was found' })];
    await expect(chooseEngine(choice({ sources, override: 'embedded' }))).rejects.toThrow('no Python 3 was found');
    await expect(chooseEngine(choice({ sources, override: 'cloud' }))).rejects.toThrow('it can be path, embedded');
  });

  it('when none can serve, names what was tried and three ways out', async () => {
    const sources = [source('path', { because: 'no mongod on the PATH' })];
    const refusal = chooseEngine(choice({ sources }));
    await expect(refusal).rejects.toThrow(Refusal);
    await expect(refusal).rejects.toThrow(/no mongod on the PATH.*MONGODB_URI.*on the PATH.*Python 3\.11/s);
  });
});
