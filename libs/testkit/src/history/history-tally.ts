import type { DatabaseDump } from './database-dump.ts';
import type { FinalViews } from './final-views.ts';
import type { HistoryEvent } from './history-event.ts';
import { type SendLedger, type SendOutcome, toOutcome } from './send-ledger.ts';
import type { Invariant } from './violations.ts';

export interface HistoryCounts {
  events: number;
  /** Messages that somebody tried to send, and attempts at them. */
  invoked: number;
  attempts: number;
  /** Of the invoked messages, by what their senders know in the end. */
  ok: number;
  failed: number;
  unknown: number;
  pending: number;
  /** Messages in the database, and numbers that no message took. */
  stored: number;
  voids: number;
  /** Live messages that arrived, repeats included. */
  received: number;
  resumed: number;
  finalViews: number;
  notified: number;
  /** Messages that are not stored though acknowledged, or that a final view lacks. */
  lost: number;
  /** Violations of I2; of I4 and I5; of I6; of I7; of I8; of I9. */
  doubled: number;
  reordered: number;
  illegitimate: number;
  miscounted: number;
  doubleEffects: number;
  unresolved: number;
}

interface TallyEnd {
  dump: DatabaseDump;
  ledger: SendLedger;
  views: FinalViews;
  lost: ReadonlySet<string>;
  totals: Partial<Record<Invariant, number>>;
}

/** Counts what happened, for the report of a run. */
export function createHistoryTally() {
  const kinds: Partial<Record<HistoryEvent['kind'], number>> = {};
  let events = 0;

  return {
    add({ kind }: HistoryEvent): void {
      events += 1;
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    },

    toCounts({ dump, ledger, views, lost, totals }: TallyEnd): HistoryCounts {
      const { outcomes, attempts } = countSends(ledger);
      const voids = dump.messages.filter((message) => message.isVoid).length;
      return {
        events,
        invoked: outcomes.ok + outcomes.fail + outcomes.unknown + outcomes.pending,
        attempts,
        ok: outcomes.ok,
        failed: outcomes.fail,
        unknown: outcomes.unknown,
        pending: outcomes.pending,
        stored: dump.messages.length - voids,
        voids,
        received: kinds.received ?? 0,
        resumed: kinds.resumed ?? 0,
        finalViews: views.count(),
        notified: kinds.notified ?? 0,
        lost: lost.size,
        doubled: totals.I2 ?? 0,
        reordered: (totals.I4 ?? 0) + (totals.I5 ?? 0),
        illegitimate: totals.I6 ?? 0,
        miscounted: totals.I7 ?? 0,
        doubleEffects: totals.I8 ?? 0,
        unresolved: totals.I9 ?? 0,
      };
    },
  };
}

function countSends({ sends }: SendLedger): { outcomes: Record<SendOutcome, number>; attempts: number } {
  const outcomes = { ok: 0, fail: 0, unknown: 0, pending: 0 };
  let attempts = 0;
  for (const variants of sends.values()) {
    for (const record of variants) {
      outcomes[toOutcome(record)] += 1;
      attempts += record.attempts;
    }
  }
  return { outcomes, attempts };
}
