import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { endProcess, type KnownProcess } from './end-process.ts';
import { identityOf } from './process-identity.ts';

/** What a process of an earlier run gets between SIGTERM and SIGKILL: its runner is gone, nobody waits for its work. */
const END_WITHIN_MS = 6000;

export interface RecordedProcesses {
  add(name: string, pid: number): void;
  /** Ends what an earlier run left behind. Answers the names. A process that merely has the same number is left alone. */
  endLeftovers(): Promise<string[]>;
  clear(): void;
}

/**
 * Remembers in a file which processes are ours, for the case that the runner and its guard were both killed.
 * The file is replaced whole, so a crash leaves the old or the new one, never half of one.
 */
export function createRecordedProcesses(path: string): RecordedProcesses {
  let ours: Record<string, KnownProcess> = {};

  function write(): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.next`, JSON.stringify(ours, null, 2));
    renameSync(`${path}.next`, path);
  }

  return {
    add(name, pid) {
      const identity = identityOf(pid);
      if (identity === null) return;
      ours[name] = { pid, identity };
      write();
    },
    async endLeftovers() {
      const left = Object.entries(read(path)).filter(([, one]) => identityOf(one.pid) === one.identity);
      await Promise.all(left.map(([, one]) => endProcess(one, END_WITHIN_MS)));
      return left.map(([name]) => name);
    },
    clear() {
      ours = {};
      write();
    },
  };
}

function read(path: string): Record<string, KnownProcess> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, KnownProcess>;
  } catch {
    // No file, or one that a full disk cut short: then there is nothing that could safely be ended.
    return {};
  }
}
