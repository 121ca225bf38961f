/** A process that dies at once again waits twice as long each time, up to this: it is broken, and the log should stay readable. */
const LONGEST_MS = 30_000;

/** Overrules it, in milliseconds. */
export const LONGEST_RESTART_VARIABLE = 'HALLWAY_LONGEST_RESTART_MS';

/** Soon enough that people see a hiccup, long enough that a port is free again. */
const FIRST_MS = 400;

/** Who stayed up this long has recovered: the next death is a first one again. */
const FORGIVEN_AFTER_MS = 60_000;

export interface RestartDelay {
  /** How long to wait before the restart that this death calls for. */
  next(): number;
  /** Deaths in a row. */
  count(): number;
}

/** `longestMs` is shorter where processes are killed on purpose, so that none of them counts as broken. */
export function createRestartDelay(now: () => number = Date.now, longestMs = LONGEST_MS): RestartDelay {
  let deaths = 0;
  let launchedAt = now();
  return {
    next() {
      if (now() - launchedAt >= FORGIVEN_AFTER_MS) deaths = 0;
      const delay = Math.min(FIRST_MS * 2 ** deaths, longestMs);
      deaths += 1;
      launchedAt = now() + delay;
      return delay;
    },
    count: () => deaths,
  };
}
