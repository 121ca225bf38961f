import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { identityOf } from '../processes/process-identity.ts';
import { ensureFolder } from '../project/ensure-folder.ts';
import { Refusal } from '../terminal/refusal.ts';

interface Holder {
  pid: number;
  identity: string | null;
  address: string;
}

/**
 * One `npm start` per folder: two would share a database folder. Answers the function that gives the lock back.
 * A lock whose holder is gone, or whose number is another process by now, is taken over.
 */
export function takeRunLock(path: string, address: string): () => void {
  const own: Holder = { pid: process.pid, identity: identityOf(process.pid), address };
  ensureFolder(dirname(path));
  writeLock(path, own);
  return () => {
    if (readHolder(path)?.pid === process.pid) rmSync(path, { force: true });
  };
}

function writeLock(path: string, own: Holder): void {
  try {
    writeFileSync(path, JSON.stringify(own), { flag: 'wx' });
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
    const holder = readHolder(path);
    if (holder !== null && identityOf(holder.pid) === holder.identity) {
      throw new Refusal(
        `Hallway is already running from this folder: ${holder.address} (process ${holder.pid}). ` +
          'Stop it with Ctrl-C in its terminal first; for a second one, use another clone and HALLWAY_PORT_BASE.',
      );
    }
    rmSync(path, { force: true });
    writeFileSync(path, JSON.stringify(own), { flag: 'wx' });
  }
}

function readHolder(path: string): Holder | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return null;
  }
}
