interface Backoff {
  /** How often it has failed already; 0 for the first wait. */
  attempt: number;
  /** What the server asked for. Nothing comes back earlier than that. */
  retryAfterMs?: number | undefined;
  /** Over how long everybody who lost the same gateway in the same moment should come back. */
  spreadMs?: number | undefined;
  random: () => number;
}

const firstMs = 500;
const longestMs = 30_000;

/**
 * Full jitter: any time up to a bound that doubles from 0.5 s to 30 s, so that clients who lost the same gateway do not
 * return together. A spread that the server named widens it, up to the same 30 s. A time from the server is a floor, with up
 * to half a second on top for the same reason.
 */
export function toBackoffMs({ attempt, retryAfterMs, spreadMs = 0, random }: Backoff): number {
  const bound = Math.min(longestMs, Math.max(spreadMs, firstMs * 2 ** Math.min(attempt, 10)));
  const jittered = random() * bound;
  if (retryAfterMs === undefined) return jittered;
  return Math.max(retryAfterMs + random() * firstMs, jittered);
}
