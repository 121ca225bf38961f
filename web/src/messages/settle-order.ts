/**
 * The order in which a list is drawn while somebody points at it: what is there stays where it is, what is new joins
 * at the end, what is gone leaves. With nobody pointing, the order is `wanted`.
 */
export function settleOrder(drawn: readonly string[], wanted: readonly string[], held: boolean): string[] {
  if (!held) return [...wanted];
  const present = new Set(wanted);
  const known = new Set(drawn);
  return [...drawn.filter((id) => present.has(id)), ...wanted.filter((id) => !known.has(id))];
}
