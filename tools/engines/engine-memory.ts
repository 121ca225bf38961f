import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { EngineKind, EngineRole } from './engine.ts';

interface Remembered {
  /** Which engine held the data of the last `npm start`, and on which port. */
  chosen?: Partial<Record<EngineRole, { kind: EngineKind; port: number | null }>>;
  /** When fetching a real mongod last failed, so that the next start does not wait again. */
  downloadFailed?: { at: string; because: string };
}

/** A machine that could not fetch mongod today is asked again tomorrow. */
const DOWNLOAD_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

export type EngineMemory = ReturnType<typeof createEngineMemory>;

/** What `.hallway/engines.json` remembers from run to run. A file that cannot be read counts as empty. */
export function createEngineMemory(path: string, now: () => number = Date.now) {
  function read(): Remembered {
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as Remembered;
    } catch {
      return {};
    }
  }

  function change(apply: (before: Remembered) => Remembered): void {
    mkdirSync(dirname(path), { recursive: true });
    const next = `${path}.${process.pid}`;
    writeFileSync(next, `${JSON.stringify(apply(read()), null, 2)}\n`);
    renameSync(next, path);
  }

  return {
    chosen: (role: EngineRole) => read().chosen?.[role],
    rememberChosen(role: EngineRole, kind: EngineKind, port: number | null) {
      change((before) => ({ ...before, chosen: { ...before.chosen, [role]: { kind, port } } }));
    },
    forgetChosen() {
      change(({ chosen: _, ...rest }) => rest);
    },
    /** Why fetching failed lately, or null when it is worth a try. */
    recentDownloadFailure(): string | null {
      const failed = read().downloadFailed;
      if (failed === undefined) return null;
      return now() - Date.parse(failed.at) < DOWNLOAD_RETRY_AFTER_MS ? failed.because : null;
    },
    rememberDownloadFailure(because: string) {
      change((before) => ({ ...before, downloadFailed: { at: new Date(now()).toISOString(), because } }));
    },
  };
}
