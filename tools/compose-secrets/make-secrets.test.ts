import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeSecrets } from './make-secrets.ts';

let folder: string;
let folders: { auth: string; stores: string };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hallway-secrets-'));
  folders = { auth: join(folder, 'auth'), stores: join(folder, 'stores') };
  for (const path of Object.values(folders)) mkdirSync(path);
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (path: string) => readFileSync(join(folder, path), 'utf8').trim();

describe('makeSecrets', () => {
  it('when there are none, makes them for those who may read them', () => {
    expect(makeSecrets(folders)).toEqual(['signing-keys.pem', 'data-key', 'valkey.conf', 'redis-url']);
    expect(read('auth/signing-keys.pem')).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(Buffer.from(read('auth/data-key'), 'base64')).toHaveLength(32);
    const [, password] = read('stores/valkey.conf').split(' ');
    expect(read('stores/redis-url')).toBe(`redis://:${password}@valkey:6379`);
    expect(statSync(join(folder, 'auth/data-key')).mode & 0o777).toBe(0o400);
  });

  it('when they are there, leaves them, so that sessions and second factors outlive a restart', () => {
    makeSecrets(folders);
    const before = ['auth/signing-keys.pem', 'auth/data-key', 'stores/redis-url'].map(read);
    expect(makeSecrets(folders)).toEqual([]);
    expect(['auth/signing-keys.pem', 'auth/data-key', 'stores/redis-url'].map(read)).toEqual(before);
  });

  it('when one of two that belong together is lost, makes both anew and nothing else', () => {
    makeSecrets(folders);
    rmSync(join(folders.stores, 'redis-url'));
    expect(makeSecrets(folders)).toEqual(['valkey.conf', 'redis-url']);
    expect(read('stores/redis-url')).toContain(read('stores/valkey.conf').split(' ')[1]);
  });
});
