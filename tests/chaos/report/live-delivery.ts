import type { DatabaseDump } from '@hallway/testkit';
import type { ActorPlan } from '../crowd/crowd-protocol.ts';
import { type RunRecords, viewKey } from './run-records.ts';

export interface LiveDelivery {
  /** Messages of others, once for each client whose person is a member. */
  expected: number;
  /** Of these, those that never came live: the client had to fetch them. */
  missed: number;
  /** Runs of neighbouring numbers among them, for each client and room. */
  gaps: number;
  /** Missed, and not on the screen in the end either. Only rooms that lie open tell. */
  unhealed: number;
}

/** What live delivery alone would have lost. To be asked after everything has come to rest. */
export function liveDeliveryOf(
  records: RunRecords,
  dump: Pick<DatabaseDump, 'messages' | 'memberships'>,
  actors: Pick<ActorPlan, 'client' | 'userId'>[],
): LiveDelivery {
  const total: LiveDelivery = { expected: 0, missed: 0, gaps: 0, unhealed: 0 };
  const members = Map.groupBy(dump.memberships, ({ chatRoomId }) => chatRoomId);
  const clients = Map.groupBy(actors, ({ userId }) => userId);
  for (const [chatRoomId, messages] of Map.groupBy(dump.messages, (one) => one.chatRoomId)) {
    const written = messages.filter(({ isVoid }) => !isVoid).toSorted((a, b) => a.seq - b.seq);
    for (const { userId } of members.get(chatRoomId) ?? []) {
      const seqs = written.filter(({ senderId }) => senderId !== userId).map(({ seq }) => seq);
      for (const { client } of clients.get(userId) ?? []) {
        if (!records.endedAt.has(client)) addView(total, { records, key: viewKey(client, chatRoomId), seqs });
      }
    }
  }
  return total;
}

function addView(total: LiveDelivery, view: { records: RunRecords; key: string; seqs: number[] }): void {
  const { records, key, seqs } = view;
  const came = records.received.get(key) ?? new Set();
  const shownUpTo = records.shown.get(key)?.at(-1)?.seq ?? null;
  let inGap = false;
  for (const seq of seqs) {
    const missed = !came.has(seq);
    if (missed && !inGap) total.gaps += 1;
    if (missed && shownUpTo !== null && shownUpTo < seq) total.unhealed += 1;
    total.missed += missed ? 1 : 0;
    inGap = missed;
  }
  total.expected += seqs.length;
}
