import type { Acknowledgement, ClientEventPayload, DirectMessage, RoomMessage } from '@hallway/contracts';
import { digestContent, type HistoryWriter } from '@hallway/testkit';
import type { CrowdCounts } from './crowd-protocol.ts';
import type { ToldSends } from './told-sends.ts';
import type { WireListener } from './wire-tap.ts';

interface WireHistoryDeps {
  client: string;
  userId: string;
  history: HistoryWriter;
  counts: CrowdCounts;
  sends: ToldSends;
  onPort: (port: number) => void;
}

/** Tells the history what the server said to one client, before the SDK has made anything of it. */
export function createWireHistory({ client, userId, history, counts, sends, onPort }: WireHistoryDeps): WireListener {
  const actor = { client, userId };

  function noteMessage(message: RoomMessage): void {
    const { chatRoomId, seq, id, senderId, clientMessageId, content, isVoid } = message;
    const seen = { seq, messageId: id, senderId, clientMessageId, digest: digestContent(content) };
    history.record({
      kind: 'received',
      ...{ ...actor, chatRoomId },
      message: { ...seen, ...(isVoid ? { isVoid: true as const } : {}) },
    });
    if (senderId === userId && !isVoid) sends.notePlace(message);
  }

  function noteDirect(message: DirectMessage): void {
    const { chatRoomId, seq, id, from, clientMessageId, text } = message;
    const seen = { seq, messageId: id, senderId: from, clientMessageId, digest: digestContent(text) };
    history.record({ kind: 'received', ...{ ...actor, chatRoomId }, message: seen });
    if (from === userId) sends.notePlace(message);
  }

  function noteResumed(asked: Record<string, number>, answer: Acknowledgement<'resume'>): void {
    if (!answer.ok) return;
    for (const [chatRoomId, { lastSeq, complete, messages }] of Object.entries(answer.rooms)) {
      const seqs = messages.map((message) => message.seq);
      const afterSeq = asked[chatRoomId] ?? 0;
      history.record({ kind: 'resumed', ...{ ...actor, chatRoomId }, afterSeq, lastSeq, complete, seqs });
      noteMine(messages);
    }
  }

  function noteMine(messages: RoomMessage[]): void {
    for (const message of messages) if (message.senderId === userId && !message.isVoid) sends.notePlace(message);
  }

  function noteJoined(asked: { chatRoomId: string; afterSeq?: number }, answer: Acknowledgement<'joinRoom'>): void {
    if (!answer.ok) return;
    noteMine(answer.messages);
    if (asked.afterSeq === undefined) return;
    const { lastSeq, complete, messages } = answer;
    const seqs = messages.map((message) => message.seq);
    const { chatRoomId, afterSeq } = asked;
    history.record({ kind: 'resumed', ...{ ...actor, chatRoomId }, afterSeq, lastSeq, complete, seqs });
  }

  function noteMarked(
    { chatRoomId, upToSeq }: ClientEventPayload<'markRead'>,
    answer: Acknowledgement<'markRead'>,
  ): void {
    const mark = { ...actor, chatRoomId, op: 'markRead', seq: upToSeq } as const;
    if (answer.ok) history.record({ kind: 'ok', ...mark, lastReadSeq: answer.lastReadSeq });
    else history.record({ kind: 'unknown', ...mark, error: answer.error.code });
  }

  function noteSent(answer: Acknowledgement<'sendMessage'>): void {
    if (answer.ok) sends.acknowledged(answer.message);
    else countTrouble(answer.error.code);
  }

  function countTrouble(code: string): void {
    counts.sendTroubles[code] = (counts.sendTroubles[code] ?? 0) + 1;
  }

  return {
    onConnect: onPort,
    onEvent(event, payload) {
      if (event === 'receiveMessage') noteMessage(payload as RoomMessage);
      if (event === 'new_message') noteDirect(payload as DirectMessage);
      if (event === 'resync') counts.resyncs += 1;
    },
    onAsked(event, payload) {
      if (event === 'sendMessage') {
        const { clientMessageId } = payload as ClientEventPayload<'sendMessage'>;
        if (clientMessageId !== undefined) sends.tried(clientMessageId);
      }
      if (event !== 'markRead') return;
      const { chatRoomId, upToSeq } = payload as ClientEventPayload<'markRead'>;
      history.record({ kind: 'invoke', ...actor, chatRoomId, op: 'markRead', seq: upToSeq });
    },
    onAnswer(event, payload, answer) {
      if (event === 'sendMessage') noteSent(answer as Acknowledgement<'sendMessage'>);
      if (event === 'markRead') noteMarked(payload as never, answer as Acknowledgement<'markRead'>);
      if (event === 'joinRoom') noteJoined(payload as never, answer as Acknowledgement<'joinRoom'>);
      if (event === 'resume') noteResumed((payload as { rooms: Record<string, number> }).rooms, answer as never);
    },
    onNoAnswer(event, payload) {
      if (event === 'sendMessage') countTrouble('no answer');
      if (event !== 'markRead') return;
      const { chatRoomId, upToSeq } = payload as ClientEventPayload<'markRead'>;
      history.record({ kind: 'unknown', ...actor, chatRoomId, op: 'markRead', seq: upToSeq, error: 'timeout' });
    },
  };
}
