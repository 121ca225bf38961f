/** Two gateways by their places in the list, from 0 on: the sender's and the receiver's, which may be the same. */
export interface Pair {
  from: number;
  to: number;
}

/** The pair whose turn it is: each to each, one after the other. Null where there is no gateway. */
export function nextPair(turn: number, gateways: number): Pair | null {
  if (gateways === 0) return null;
  const place = turn % gateways ** 2;
  return { from: Math.floor(place / gateways), to: place % gateways };
}
