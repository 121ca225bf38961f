import { identityOf } from './process-identity.ts';
import { waitUntil } from './wait-until.ts';

/** Sends a signal to a process, or with a negative number to its group. A process that has just ended is no error. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'ESRCH') throw fault;
  }
}

export interface KnownProcess {
  pid: number;
  /** From `identityOf`, taken while the process was ours: a later process with the same number is left alone. */
  identity: string;
}

/** SIGTERM, then after `withinMs` SIGKILL to the process and its group. Does nothing where the identity does not match. */
export async function endProcess({ pid, identity }: KnownProcess, withinMs: number): Promise<void> {
  const isGone = () => identityOf(pid) !== identity;
  if (isGone()) return;
  signal(pid, 'SIGTERM');
  if (await waitUntil(isGone, { withinMs })) return;
  signal(pid, 'SIGKILL');
  signal(-pid, 'SIGKILL');
  await waitUntil(isGone, { withinMs: 2000 });
}
