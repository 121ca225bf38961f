import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Refusal } from '../terminal/refusal.ts';
import { findKustomize } from './find-kustomize.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hallway-kustomize-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A command that says one thing whatever it is asked, and ends as it is told. */
function put(name: string, says: string, exitCode = 0): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n/bin/cat <<'END'\n${says}\nEND\nexit ${exitCode}\n`);
  chmodSync(path, 0o755);
}

const find = () => findKustomize({ env: { PATH: folder }, say: () => undefined, stateFolder: folder });

describe('findKustomize', () => {
  it('when kustomize is on the PATH, takes it and renders with it', async () => {
    put('kustomize', 'v5.8.0');
    const kustomize = await find();
    expect(kustomize.name).toBe('kustomize v5.8.0');
    expect(await kustomize.render('anything')).toBe('v5.8.0\n');
  });

  it('when only kubectl is there and recent, takes the kustomize in it', async () => {
    put('kubectl', 'Client Version: v1.32.4\nKustomize Version: v5.5.0');
    expect((await find()).name).toBe('kubectl with kustomize v5.5.0');
  });

  it('when kustomize is too old for components, takes kubectl', async () => {
    put('kustomize', 'v3.8.7');
    put('kubectl', 'Kustomize Version: v5.0.1');
    expect((await find()).name).toBe('kubectl with kustomize v5.0.1');
  });

  it('when kubectl is of a time before components and there is no Go, refuses with the ways out', async () => {
    put('kubectl', 'Client Version: v1.20.2');
    const refusal = await find().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Refusal);
    expect((refusal as Refusal).message).toMatch(/kustomize.*kubectl.*go install/s);
  });

  it('when Go builds nothing that runs, refuses', async () => {
    put('go', 'all is well');
    await expect(find()).rejects.toThrow(/built a kustomize that does not run/);
  });

  it('when Go cannot build, refuses with its last words', async () => {
    put('go', 'on its way', 1);
    await expect(find()).rejects.toThrow(/"go install .*" failed/);
  });

  it('when kustomize is there and cannot render, says what it says', async () => {
    put('kubectl', 'Kustomize Version: v5.5.0');
    const kustomize = await find();
    put('kubectl', 'no such folder', 1);
    await expect(kustomize.render('nowhere')).rejects.toThrow(/could not render nowhere/);
  });
});
