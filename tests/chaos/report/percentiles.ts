export interface Spread {
  /** Of how many values. */
  count: number;
  min: number;
  p50: number;
  p99: number;
  max: number;
}

/** Nearest rank; rounded to whole numbers. Null where there is nothing to say. */
export function spreadOf(values: number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    Math.round(sorted[Math.max(0, Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1))] ?? 0);
  return { count: sorted.length, min: at(0), p50: at(0.5), p99: at(0.99), max: at(1) };
}
