import { type Spread, spreadOf } from './percentiles.ts';

/** One thing that a row of the scenarios asks to report, measured in this run. */
export interface Figure {
  what: string;
  unit: string;
  /** Null: it could not be measured, and `why` says so. */
  value: Spread | number | string | null;
  why?: string;
}

export interface Row {
  figures: Figure[];
  /** What was not reached. It counts in full runs only: a few seconds have no ninety-ninth percentile. */
  missed: string[];
}

/** Times of many events; `why` is told where there was none of them. */
export function times(what: string, values: number[], why = 'it did not happen in this run'): Figure {
  const value = spreadOf(values);
  return value === null ? unmeasured(what, why) : { what, unit: 'ms', value };
}

export function amount(what: string, value: number, unit = ''): Figure {
  return { what, unit, value: Math.round(value * 100) / 100 };
}

export function words(what: string, value: string): Figure {
  return { what, unit: '', value };
}

export function unmeasured(what: string, why: string): Figure {
  return { what, unit: '', value: null, why };
}

/** A sentence if `reached` is more than `bar`; nothing was asked where it is null. */
export function missedIfAbove(what: string, reached: number | null | undefined, bar: number | undefined): string[] {
  if (bar === undefined || reached == null || reached <= bar) return [];
  return [`${what} is ${Math.round(reached * 100) / 100}, to reach is ${bar}`];
}

/** As `missedIfAbove`, for what a run was made to measure: where there is a bar, no figure is no success. */
export function missedOrUnmeasured(
  what: string,
  reached: number | null | undefined,
  bar: number | undefined,
): string[] {
  if (bar !== undefined && reached == null) return [`${what} was not measured, to reach is ${bar}`];
  return missedIfAbove(what, reached, bar);
}
