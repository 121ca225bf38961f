import type { DumpedMessage } from './database-dump.ts';
import { type DumpIndex, toSendKey } from './dump-index.ts';
import type { SendAcknowledged, SendInvoked, SendUnacknowledged } from './history-event.ts';
import type { Report } from './violations.ts';

export type SendEvent = SendInvoked | SendAcknowledged | SendUnacknowledged;

/** `pending`: the client was still trying when the log ended, so that nobody knows either. */
export type SendOutcome = 'ok' | 'fail' | 'unknown' | 'pending';

/** All that clients said of one send: one content under one clientMessageId. */
export interface SendRecord {
  key: string;
  chatRoomId: string;
  userId: string;
  /** Who invoked it; null when several clients of the person did, whose order among each other nobody knows. */
  client: string | null;
  clientMessageId: string;
  digest: string;
  attempts: number;
  refusals: number;
  unanswered: number;
  acknowledged: SendAcknowledged[];
  /** Places in the history of the first and the last attempt. */
  firstInvoked: number;
  lastInvoked: number;
}

interface LedgerDeps {
  index: DumpIndex;
  report: Report;
  /** Told of each acknowledged message that is not stored. */
  onLost: (key: string) => void;
  /** Told of each acknowledged message and what is stored of it. */
  onKept: (record: SendRecord, row: DumpedMessage) => void;
}

/** Gathers the sends of a history, and decides at the end what each came to: I1, I6 and I9 against the database. */
export function createSendLedger(deps: LedgerDeps) {
  const { index, report } = deps;
  const checkSend = createSendCheck(deps);
  // By key, then by digest: one id may have been used for several contents.
  const sends = new Map<string, SendRecord[]>();

  function recordOf(event: SendEvent, position: number): SendRecord {
    const key = toSendKey({ ...event, senderId: event.userId });
    const variants = sends.get(key) ?? [];
    if (variants.length === 0) sends.set(key, variants);
    const known = variants.find((variant) => variant.digest === event.digest);
    if (known) return known;
    const record = toRecord(event, { key, position });
    variants.push(record);
    return record;
  }

  return {
    sends,

    add(event: SendEvent, position: number): void {
      const record = recordOf(event, position);
      if (event.kind === 'invoke') noteAttempt(record, event.client, position);
      else if (event.kind === 'ok') record.acknowledged.push(event);
      else if (event.kind === 'fail') record.refusals += 1;
      else record.unanswered += 1;
    },

    /** What became of a message by what its sender knows; null when no client of this history sent it. */
    outcomeOf(key: string, digest: string | null): SendOutcome | null {
      const variants = sends.get(key);
      const variant = digest === null ? variants?.[0] : variants?.find((candidate) => candidate.digest === digest);
      return variant ? toOutcome(variant) : null;
    },

    finish(): void {
      for (const [key, variants] of sends) {
        const row = index.byKey.get(key);
        for (const record of variants) checkSend(record, row);
        const explained = !row || variants.some((record) => isStoredAs(record, row) || toOutcome(record) === 'ok');
        if (!explained) {
          report({ invariant: 'I6', message: 'A content is stored that nobody sent.', evidence: { row } });
        }
      }
    },
  };
}

export type SendLedger = ReturnType<typeof createSendLedger>;

function createSendCheck({ index, report, onLost, onKept }: LedgerDeps) {
  function checkAcknowledged(record: SendRecord, row: DumpedMessage | undefined): void {
    if (!row || !isStoredAs(record, row)) {
      onLost(record.key);
      const evidence = { ...toEvidence(record), stored: row ?? null };
      report({ invariant: 'I1', message: 'An acknowledged message is not stored as it was sent.', evidence });
      return;
    }
    onKept(record, row);
    for (const { messageId, seq } of record.acknowledged) {
      const placed = index.byId.get(messageId) ?? row;
      if (placed.seq === seq) continue;
      const evidence = { ...toEvidence(record), acknowledgedSeq: seq, storedSeq: placed.seq };
      report({ invariant: 'I4', message: 'A message was acknowledged in another place than it has.', evidence });
    }
  }

  return function checkSend(record: SendRecord, row: DumpedMessage | undefined): void {
    const outcome = toOutcome(record);
    if (outcome === 'ok') checkAcknowledged(record, row);
    else if (outcome === 'fail' && row && row.digest === record.digest) {
      report({ invariant: 'I6', message: 'A refused message is stored.', evidence: { ...toEvidence(record), row } });
    }
  };
}

/** Whether the row is what this send asked for. An edited row counts: what it first said is not known any more. */
export function isStoredAs({ digest }: Pick<SendRecord, 'digest'>, row: DumpedMessage): boolean {
  return row.digest === null || row.digest === digest;
}

export function toOutcome(record: SendRecord): SendOutcome {
  if (record.acknowledged.length > 0) return 'ok';
  if (record.unanswered > 0) return 'unknown';
  return record.refusals >= record.attempts ? 'fail' : 'pending';
}

function toRecord(event: SendEvent, { key, position }: { key: string; position: number }): SendRecord {
  const { chatRoomId, userId, client, clientMessageId, digest } = event;
  return {
    ...{ key, chatRoomId, userId, client, clientMessageId, digest },
    ...{ attempts: 0, refusals: 0, unanswered: 0, acknowledged: [] },
    ...{ firstInvoked: position, lastInvoked: position },
  };
}

function noteAttempt(record: SendRecord, client: string, position: number): void {
  record.attempts += 1;
  record.lastInvoked = position;
  if (record.client !== client) record.client = null;
}

function toEvidence({ chatRoomId, userId, client, clientMessageId, attempts }: SendRecord) {
  return { chatRoomId, userId, client, clientMessageId, attempts };
}
