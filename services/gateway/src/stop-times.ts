/**
 * Over how long a stopping gateway sends its people away, in milliseconds. Production spreads the return of a whole gateway's
 * people; a developer's Ctrl-C should be quick. Nobody gains by more than `longest`: a deploy waits for each gateway.
 */
export const drainMs = { production: 25_000, elsewhere: 1000, longest: 30_000 } as const;

/**
 * What may follow the last socket: the word of leaving, and reads of Redis that end by their own limits when it is away, of
 * which the longest is five seconds.
 */
export const flushMs = 10_000;

/** From SIGTERM to the end of the process, at worst. An orchestrator's own patience must be longer. */
export const stopWithinMs = drainMs.longest + flushMs;
