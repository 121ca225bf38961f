/**
 * From SIGTERM to the end of the process, at worst, in milliseconds. A sign-in under way waits at most ten seconds in the queue
 * of password hashes, and as long again is left for connections and for an import that is told to stop. An orchestrator's own
 * patience must be longer.
 */
export const stopWithinMs = 20_000;
