/** A process that dies at once again waits twice as long each time, up to this: it is broken, and the log should stay readable. */
const LONGEST_MS = 30_000;

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

export function createRestartDelay(now: () => number = Date.now): RestartDelay {
  let deaths = 0;
  let launchedAt = now();
  return {
    next() {
      if (now() - launchedAt >= FORGIVEN_AFTER_MS) deaths = 0;
      const delay = Math.min(FIRST_MS * 2 ** deaths, LONGEST_MS);
      deaths += 1;
      launchedAt = now() + delay;
      return delay;
    },
    count: () => deaths,
  };
}
