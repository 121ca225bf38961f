import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDataKeys, parseDataKeys } from './data-keys.ts';
import { makeRecoveryCodes, markRecoveryCode, marksOfRecoveryCode, toRecoveryCode } from './recovery-codes.ts';

const newKey = () => randomBytes(32).toString('base64');

async function keysOf(configured: string) {
  const keys = createDataKeys({ configured, directory: undefined });
  await keys.load();
  return keys;
}

describe('createDataKeys', () => {
  it('when a secret is sealed, opens it in its own context alone, and no two seals are alike', async () => {
    const keys = await keysOf(newKey());
    const sealed = keys.seal('a secret', 'totp 1');
    expect(sealed).not.toContain('a secret');
    expect(keys.open(sealed, 'totp 1')).toBe('a secret');
    expect(() => keys.open(sealed, 'totp 2')).toThrow();
    expect(() => keys.open(`${sealed.slice(0, -2)}AA`, 'totp 1')).toThrow();
    expect(keys.seal('a secret', 'totp 1')).not.toBe(sealed);
  });

  it('when a new key stands in front, still opens what the old one sealed; when the old one is gone, says which', async () => {
    const [older, newer] = [newKey(), newKey()];
    const sealed = (await keysOf(older)).seal('a secret', 'x');
    expect((await keysOf(`${newer}, ${older}`)).open(sealed, 'x')).toBe('a secret');
    const alone = await keysOf(newer);
    expect(() => alone.open(sealed, 'x')).toThrow(/AUTH_DATA_KEY lacks the key/);
  });

  it('when a mark is asked about, knows those of every key and of its own context', async () => {
    const [older, newer] = [newKey(), newKey()];
    const mark = Buffer.from((await keysOf(older)).mark('text', 'x'), 'base64url');
    const both = await keysOf(`${newer} ${older}`);
    expect(both.isMark(mark, 'text', 'x')).toBe(true);
    expect(both.isMark(mark, 'text', 'y')).toBe(false);
    expect(both.isMark(mark.subarray(1), 'text', 'x')).toBe(false);
  });

  it('when several processes make the key of a folder at once, all have the same one', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'hallway-data-key-'));
    const all = Array.from({ length: 8 }, () => createDataKeys({ configured: undefined, directory }));
    await Promise.all(all.map((keys) => keys.load()));
    const [sealed = ''] = all.map((keys) => keys.seal('a secret', 'x'));
    expect(all.map((keys) => keys.open(sealed, 'x'))).toEqual(all.map(() => 'a secret'));
    rmSync(directory, { recursive: true });
  });

  it.each(['', ' , ', 'short', randomBytes(31).toString('base64')])(
    'when the configuration is %j, says what is wrong',
    (text) => {
      expect(() => parseDataKeys(text)).toThrow(/key/);
    },
  );
});

describe('recovery codes', () => {
  it('when they are made, are ten different ones that read back as written', () => {
    const codes = makeRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) {
      expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){2}$/);
      expect(toRecoveryCode(code)).toBe(code.replaceAll('-', ''));
    }
    expect(toRecoveryCode(' OoIi-lL0 1')).toBe('00111101');
  });

  it('when two people have the same code, their marks differ', async () => {
    const keys = await keysOf(newKey());
    const mark = markRecoveryCode(keys, 'one', 'x7k2-9mfq-4tzc');
    expect(marksOfRecoveryCode(keys, 'one', 'X7K2 9MFQ 4TZC')).toEqual([mark]);
    expect(marksOfRecoveryCode(keys, 'two', 'x7k2-9mfq-4tzc')).not.toContain(mark);
  });
});
