import type { Figure } from './figures.ts';
import { table } from './markdown.ts';

/** What a scenario has to report: how many values there were, and their spread; or the one value that there is. */
export function figureTable(figures: Figure[]): string[] {
  if (figures.length === 0) return [];
  return [...table(['figure', 'N', 'min', 'median', 'p99', 'max', 'unit'], figures.map(toRow)), ''];
}

function toRow({ what, unit, value, why }: Figure): string[] {
  if (value === null) return [what, '', '', `not measured: ${why}`, '', '', ''];
  if (typeof value !== 'object') return [what, '', '', String(value), '', '', unit];
  const { count, min, p50, p99, max } = value;
  return [what, ...[count, min, p50, p99, max].map(String), unit];
}
