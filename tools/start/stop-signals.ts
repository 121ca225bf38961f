/** npm, the shell and the terminal may each pass on the same Ctrl-C; what follows within this time is that one again. */
const SAME_SIGNAL_MS = 700;

/**
 * Calls `onStop` for the first Ctrl-C, SIGTERM or SIGHUP, and when the process that started us is gone;
 * `onHasten` for each later signal.
 */
export function listenForStop({ onStop, onHasten }: { onStop: () => void; onHasten: () => void }): void {
  let firstAt: number | null = null;
  const listener = () => {
    if (firstAt === null) {
      firstAt = Date.now();
      onStop();
    } else if (Date.now() - firstAt > SAME_SIGNAL_MS) onHasten();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, listener);
  process.once('disconnect', () => {
    if (firstAt === null) listener();
  });
}
