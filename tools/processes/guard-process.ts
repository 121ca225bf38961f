import { endProcess, type KnownProcess } from './end-process.ts';
import type { GuardMessage } from './guard.ts';
import { identityOf } from './process-identity.ts';

/**
 * A process of its own that outlives the one that started it by a few seconds: when that one is gone, however hard it
 * was killed, the channel between them closes, and the guard ends what was left behind: services first, stores last.
 */

interface Watched extends KnownProcess {
  rank: number;
}

/** A service may drain, a store must write out its log; after that the rest is forced. */
const STOP_WITHIN_MS = 8000;

const watched = new Map<number, Watched>();

async function endAll(): Promise<void> {
  const ranks = [...new Set([...watched.values()].map(({ rank }) => rank))].sort((a, b) => b - a);
  for (const rank of ranks) {
    const together = [...watched.values()].filter((one) => one.rank === rank);
    await Promise.all(together.map((one) => endProcess(one, STOP_WITHIN_MS)));
  }
}

function endAllAndLeave(): void {
  void endAll().finally(() => process.exit(0));
}

process.on('message', (message: GuardMessage) => {
  if (message.kind === 'forget') watched.delete(message.pid);
  if (message.kind === 'close') process.exit(0);
  if (message.kind === 'end') endAllAndLeave();
  if (message.kind !== 'watch') return;
  const identity = identityOf(message.pid);
  if (identity !== null) watched.set(message.pid, { pid: message.pid, identity, rank: message.rank });
});
process.on('disconnect', endAllAndLeave);
// A Ctrl-C in the terminal is for the one who started us; it tells us when we are done.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {});
