interface Load {
  /** Sockets on this gateway now. */
  sockets: number;
  /** How many may come back in a second. */
  perSecond: number;
}

// What a client takes by itself: fewer people than this holds are back before anybody notices.
const shortestMs = 500;
// As long as the longest pause between two tries: nobody should wait longer for a gateway that is there.
const longestMs = 30_000;

/** Over how long the sockets of a gateway are to come back when all lose it in one moment, in whole milliseconds. Pure. */
export function toReconnectSpreadMs({ sockets, perSecond }: Load): number {
  return Math.min(longestMs, Math.max(shortestMs, Math.round((sockets / perSecond) * 1000)));
}
