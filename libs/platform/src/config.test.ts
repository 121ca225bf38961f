import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { type ConfigError, readConfig } from './config.ts';

const schema = Type.Object({
  NAME: Type.String({ minLength: 2, description: 'what it is called' }),
  PORT: Type.Integer({ minimum: 1, maximum: 65535, description: 'where it listens' }),
  FLAG: Type.Boolean({ default: false, description: 'whether it does' }),
  MODE: Type.Optional(Type.Union([Type.Literal('a'), Type.Literal('b')], { description: 'how it does it' })),
});

const faultsOf = (environment: Record<string, string>) => {
  try {
    readConfig(schema, environment);
  } catch (error) {
    return (error as ConfigError).faults;
  }
  return [];
};

describe('readConfig', () => {
  it('when everything fits, answers typed values and defaults, and ignores what it does not know', () => {
    expect(readConfig(schema, { NAME: 'hallway', PORT: '3000', MODE: 'b', OTHER: 'x' })).toEqual({
      NAME: 'hallway',
      PORT: 3000,
      FLAG: false,
      MODE: 'b',
    });
  });

  it('when several variables are wrong, names all of them at once with what they are for', () => {
    const faults = faultsOf({ NAME: 'x', PORT: 'many', MODE: 'c' });
    expect(faults).toHaveLength(3);
    expect(faults.join('\n')).toMatch(/NAME .*what it is called[\s\S]*PORT .*where it listens[\s\S]*MODE .*"a", "b"/);
  });

  it('when a variable is missing or empty, says so', () => {
    expect(faultsOf({ NAME: '', PORT: '1' })).toEqual(['NAME is missing: string (what it is called)']);
  });

  it('when a value stands in a file, reads it from there; both at once is a fault', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'hallway-config-')), 'name');
    writeFileSync(file, 'from a file\n');
    expect(readConfig(schema, { NAME_FILE: file, PORT: '1' }).NAME).toBe('from a file');
    expect(faultsOf({ NAME: 'ab', NAME_FILE: file, PORT: '1' })[0]).toContain('both set');
    expect(faultsOf({ NAME_FILE: join(file, 'nowhere'), PORT: '1' })[0]).toContain('NAME_FILE cannot be read');
  });
});
