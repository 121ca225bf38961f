/**
 * How long a job in hand may keep a stopping worker, in milliseconds: it is a few commands to the stores. What takes longer is
 * left behind, and runs again elsewhere as after a crash.
 */
export const longestJobMs = 5000;

/** Periodic work, the last batch of events, and connections, each of which ends by its own limit when a store is away. */
export const flushMs = 15_000;

/** From SIGTERM to the end of the process, at worst. An orchestrator's own patience must be longer. */
export const stopWithinMs = longestJobMs + flushMs;
