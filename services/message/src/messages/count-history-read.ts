import type { HistoryQuery } from '@hallway/contracts';
import type { ServiceMetrics } from '../service-metrics.ts';

export type HistoryReads = ServiceMetrics['historyReads'];

/** With both bounds somebody closes a gap that live delivery left; anything else is a page of history. */
export function countHistoryRead(historyReads: HistoryReads, { before, after }: HistoryQuery): void {
  historyReads.inc({ kind: before !== undefined && after !== undefined ? 'gap' : 'page' });
}
