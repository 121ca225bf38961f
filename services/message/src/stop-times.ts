/**
 * Requests under way keep the partitions from others for so long at most, in milliseconds. A send is answered within
 * milliseconds; whoever waits longer tries again, and another service answers.
 */
export const finishRequestsMs = 2000;

/**
 * The batch in flight, which waits for MongoDB as long as a command may, the partitions that are handed over, and reads of
 * Redis that end by their own limits when it is away.
 */
export const finishStreamsMs = 18_000;

/** From SIGTERM to the end of the process, at worst. An orchestrator's own patience must be longer. */
export const stopWithinMs = finishRequestsMs + finishStreamsMs;
