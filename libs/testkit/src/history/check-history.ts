import type { DatabaseDump, DumpedMessage } from './database-dump.ts';
import { indexDump } from './dump-index.ts';
import { createFinalViews } from './final-views.ts';
import type { HistoryEvent } from './history-event.ts';
import { createHistoryTally, type HistoryCounts } from './history-tally.ts';
import { createNotificationEffects } from './notification-effects.ts';
import { createParticipants } from './participants.ts';
import { checkProgramOrder } from './program-order.ts';
import { checkResumed } from './resumed-rooms.ts';
import { createRoomAccess } from './room-access.ts';
import { createSeenMessages } from './seen-messages.ts';
import { createSendLedger, type SendEvent, type SendRecord } from './send-ledger.ts';
import { createShownCounts } from './shown-counts.ts';
import { checkStoredRows } from './stored-rows.ts';
import { collectViolations, type Invariant, type Violation } from './violations.ts';

export interface CheckOptions {
  /** For how long after the end of a membership or session something may still arrive. 6 s, the promise without Redis. */
  accessEndGraceMs?: number;
}

export interface HistoryVerdict {
  /** The first of each invariant; `totals` says how many there are. Empty means that every promise was kept. */
  violations: Violation[];
  totals: Partial<Record<Invariant, number>>;
  counts: HistoryCounts;
}

/**
 * Decides I1 to I9 from events that are added one by one and the database as it was after quiescence. Time and memory grow
 * linearly; of an event only what a later one may need is kept, of a final view one byte a message. Events of one client
 * have to come in their order, those of different clients may come in any.
 */
export function createHistoryCheck(dump: DatabaseDump, options: CheckOptions = {}) {
  const parts = createParts(dump, options);
  let position = 0;

  return {
    add(event: HistoryEvent): void {
      position += 1;
      parts.tally.add(event);
      if (event.kind !== 'marker') parts.participants.add(event);
      addEvent(parts, event, position);
    },

    /** To be called once, after the last event. */
    finish(): HistoryVerdict {
      const { index, ledger, report, collected, tally } = parts;
      checkStoredRows(dump, report);
      ledger.finish();
      checkProgramOrder(ledger, index, report);
      for (const part of [parts.seen, parts.access, parts.views, parts.counts, parts.effects]) part.finish();
      parts.participants.finish(parts);
      const { violations, totals } = collected;
      return { violations, totals, counts: tally.toCounts({ ...parts, totals }) };
    },
  };
}

/** `createHistoryCheck` for a history that is in memory. */
export function checkHistory(
  { events, dump }: { events: Iterable<HistoryEvent>; dump: DatabaseDump },
  options: CheckOptions = {},
): HistoryVerdict {
  const check = createHistoryCheck(dump, options);
  for (const event of events) check.add(event);
  return check.finish();
}

function createParts(dump: DatabaseDump, { accessEndGraceMs = 6000 }: CheckOptions) {
  const index = indexDump(dump);
  const collected = collectViolations();
  const { report } = collected;
  const lost = new Set<string>();
  const onLost = (key: string) => void lost.add(key);
  // An acknowledged send marks the room read up to itself, which is a mark like any other.
  const onKept = ({ userId, chatRoomId }: SendRecord, { seq }: DumpedMessage) =>
    counts.addMark({ userId, chatRoomId, upTo: seq });
  const ledger = createSendLedger({ index, report, onLost, onKept });
  const seen = createSeenMessages({ index, ledger, report, onLost });
  const access = createRoomAccess({ index, graceMs: accessEndGraceMs, report });
  const counts = createShownCounts({ index, access, report });
  return {
    ...{ dump, index, collected, report, lost, ledger, seen, access, counts },
    views: createFinalViews({ index, ledger, seen, access, report, onLost }),
    effects: createNotificationEffects(dump, report),
    participants: createParticipants(),
    tally: createHistoryTally(),
  };
}

type Parts = ReturnType<typeof createParts>;

function addEvent(parts: Parts, event: HistoryEvent, position: number): void {
  const { access, seen, counts } = parts;
  switch (event.kind) {
    case 'received':
      access.addSight(event);
      if (!event.message.isVoid) {
        seen.see(event.message, { client: event.client, chatRoomId: event.chatRoomId, how: 'received' });
      }
      return;
    case 'resumed':
      access.addSight(event);
      checkResumed(event, parts.index, parts.report);
      return;
    case 'read':
      counts.addShown(event);
      return;
    case 'final':
      counts.addFinal(event);
      parts.views.add(event);
      return;
    case 'notified':
      access.addSight(event);
      parts.effects.add(event);
      return;
    case 'accessEnded':
      access.addEnd(event);
      return;
    case 'invoke':
    case 'ok':
    case 'fail':
    case 'unknown':
      addOperation(parts, event, position);
  }
}

function addOperation({ ledger, counts }: Parts, event: HistoryEvent & { op: string }, position: number): void {
  if (event.op === 'send') ledger.add(event as SendEvent, position);
  else if (event.kind === 'ok' && event.op === 'markRead') counts.addRead(event);
}
