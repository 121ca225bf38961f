import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath } from '../engines/path-look-up.ts';
import { STATE_FOLDER } from '../project/folders.ts';
import { Refusal } from '../terminal/refusal.ts';

const run = promisify(execFile);

/** Built where the machine has none; its release of 2025 renders what `kubectl` of the same year does. */
const VERSION = 'v5.8.0';

const MODULE = `sigs.k8s.io/kustomize/kustomize/v5@${VERSION}`;

/** Components, replacements and patches without a target's name behave alike since this one; Debian's kubectl has a 2. */
const OLDEST_MAJOR = 5;

/** Fetching its modules and compiling them takes one core about a minute. */
const BUILD_WITHIN_MS = 8 * 60 * 1000;

const ANSWER_WITHIN_MS = 30_000;

/** A folder's manifests take a fraction of a second; a machine that is busy may take its time. */
const RENDER_WITHIN_MS = 110_000;

/** All overlays together are some hundred kilobytes. */
const MOST_BYTES = 16 * 1024 * 1024;

interface Search {
  env: NodeJS.ProcessEnv;
  say: (line: string) => void;
  /** Where one is built; the state folder of this installation if absent. */
  stateFolder?: string;
}

export interface Kustomize {
  /** `kustomize v5.8.0` or `kubectl with kustomize v5.5.0`. */
  name: string;
  /** The manifests of a folder, as YAML documents. Rejects with what kustomize says. */
  render(folder: string): Promise<string>;
}

/**
 * A kustomize: the one on the PATH, the one in kubectl, the one that was built before, or else one that is built with Go into
 * the state folder. Rejects with a `Refusal` that says what was tried.
 */
export async function findKustomize({ env, say, stateFolder = STATE_FOLDER }: Search): Promise<Kustomize> {
  const built = join(stateFolder, 'tools', `kustomize-${VERSION}`, 'kustomize');
  const found =
    (await askKustomize(findOnPath('kustomize', env))) ??
    (await askKubectl(findOnPath('kubectl', env))) ??
    (await askKustomize(existsSync(built) ? built : null));
  if (found !== null) return found;

  const go = findOnPath('go', env);
  if (go === null) {
    throw new Refusal(
      `Rendering k8s/ needs kustomize ${OLDEST_MAJOR} or later, and there is none: neither "kustomize" nor a recent "kubectl" ` +
        `is on the PATH, and without Go it cannot be built. Install one of the three; Go builds it by "go install ${MODULE}".`,
    );
  }
  say(`Building kustomize ${VERSION} with Go for the manifests' tests (once, about a minute) …`);
  await buildWith(go, { env, folder: join(built, '..') });
  const fresh = await askKustomize(built);
  if (fresh !== null) return fresh;
  throw new Refusal(`Go built a kustomize that does not run here (${built}). Install kustomize or kubectl instead.`);
}

async function buildWith(go: string, { env, folder }: { env: NodeJS.ProcessEnv; folder: string }): Promise<void> {
  try {
    await run(go, ['install', MODULE], { env: { ...env, GOBIN: folder }, timeout: BUILD_WITHIN_MS });
  } catch (fault) {
    const { stderr, message } = fault as { stderr?: string; message: string };
    const because = (stderr?.trim() || message).split('\n').at(-1)?.slice(0, 200);
    throw new Refusal(`"go install ${MODULE}" failed (${because}). Install kustomize or kubectl, and try again.`);
  }
}

async function askKustomize(path: string | null): Promise<Kustomize | null> {
  const version = path && (await versionIn(path, ['version'], /v(\d+)\.\d+\.\d+/));
  return version ? { name: `kustomize ${version}`, render: (folder) => renderBy(path, ['build', folder]) } : null;
}

async function askKubectl(path: string | null): Promise<Kustomize | null> {
  const version = path && (await versionIn(path, ['version', '--client'], /Kustomize Version: v(\d+)\.\d+\.\d+/));
  if (!version) return null;
  return { name: `kubectl with kustomize ${version}`, render: (folder) => renderBy(path, ['kustomize', folder]) };
}

/** The version that a command says it is, or null where it says none or one that is too old. */
async function versionIn(path: string, args: string[], pattern: RegExp): Promise<string | null> {
  try {
    const { stdout } = await run(path, args, { timeout: ANSWER_WITHIN_MS });
    const found = pattern.exec(stdout);
    return found && Number(found[1]) >= OLDEST_MAJOR ? (/v\d+\.\d+\.\d+/.exec(found[0])?.[0] ?? null) : null;
  } catch {
    return null;
  }
}

async function renderBy(path: string, args: string[]): Promise<string> {
  try {
    const { stdout } = await run(path, args, { timeout: RENDER_WITHIN_MS, maxBuffer: MOST_BYTES });
    return stdout;
  } catch (fault) {
    const { stderr, message } = fault as { stderr?: string; message: string };
    throw new Error(`kustomize could not render ${args.at(-1)}: ${stderr?.trim() || message}`, { cause: fault });
  }
}
