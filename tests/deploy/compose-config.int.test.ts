import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findCompose } from '../../tools/compose-command/find-compose.ts';
import { readText, root } from '../guards/project-files.ts';
import { type ComposeFile, environmentOf, readComposeFile } from './compose-file.ts';

const profiles = ['scale', 'observability', 'mail'].flatMap((profile) => ['--profile', profile]);
let folder: string;
let command: [string, ...string[]];

beforeAll(async () => {
  command = await findCompose(process.env);
  folder = mkdtempSync(join(tmpdir(), 'hallway-compose-'));
  // Five minutes: it may have to be installed first.
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What Compose itself makes of the file, given this .env and nothing of the shell. */
async function config(variables: string): Promise<ComposeFile> {
  const file = join(folder, 'env');
  writeFileSync(file, variables);
  const [program, ...words] = command;
  const args = [...words, '--file', join(root, 'docker-compose.yml'), '--env-file', file, ...profiles, 'config'];
  const { stdout } = await promisify(execFile)(program, args, { env: { PATH: process.env.PATH, HOME: folder } });
  return parse(stdout) as ComposeFile;
}

// Compose is a program in Python where it is the older one, and starts slowly on a busy machine.
describe('docker compose config', { timeout: 120_000 }, () => {
  it('when it reads the file as it comes, understands it as our tests do', async () => {
    const ours = readComposeFile();
    const theirs = await config(readText('deploy/compose/env.example'));
    expect(Object.keys(theirs.services).sort()).toEqual(Object.keys(ours.services).sort());
    for (const [name, service] of Object.entries(ours.services)) {
      const told = Object.entries(theirs.services[name]?.environment ?? {}).filter(([, value]) => value !== null);
      expect(Object.fromEntries(told.map(([key, value]) => [key, String(value)])), name).toEqual(
        environmentOf(service),
      );
    }
  });

  it('when .env says otherwise, hands it on to the services that know it', async () => {
    const { services } = await config('HALLWAY_ORIGIN=https://a.example\nNOTIFY_AFTER_SECONDS=5\nRESOLVER=\n');
    expect(services.auth?.environment?.HALLWAY_ORIGIN).toBe('https://a.example');
    expect(services.worker?.environment?.NOTIFY_AFTER_SECONDS).toBe('5');
    expect(services.message?.environment).not.toHaveProperty('NOTIFY_AFTER_SECONDS');
    expect(services['front-door']?.environment?.RESOLVER).toBe('');
  });
});
