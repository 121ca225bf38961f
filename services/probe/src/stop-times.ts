/** From SIGTERM to the end of the process, at worst, in milliseconds: signing out is one request of 15 s for each socket, at once. */
export const stopWithinMs = 20_000;
