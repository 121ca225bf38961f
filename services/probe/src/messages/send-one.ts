import { randomBytes } from 'node:crypto';
import type { HallwayClient, Timeline, TimelineMessage, TimelineState } from '@hallway/client';
import { waitFor } from '../people/wait-for.ts';

export interface Exchange {
  sender: HallwayClient;
  receiver: HallwayClient;
  withinMs: number;
}

/** In seconds from writing the message; null for what did not happen in time. */
export interface Exchanged {
  result: 'seen' | 'unseen' | 'refused';
  ackSeconds: number | null;
  deliverySeconds: number | null;
}

/**
 * Sends one message from one client to another, in the direct room of the two, and waits until it is stored and seen. The room
 * is opened for it and closed again, because one that stays open would grow for as long as the probe runs.
 */
export async function sendOne({ sender, receiver, withinMs }: Exchange): Promise<Exchanged> {
  const room = await sender.openDirectRoom(idOf(receiver));
  const sent = sender.openTimeline(room.id);
  const received = receiver.openTimeline(room.id);
  try {
    const ready = await Promise.all([sent, received].map((timeline) => waitFor(timeline, isReady, withinMs)));
    if (ready.includes(null)) throw new Error('the room of the probe could not be opened');
    return await exchange({ sent, received, withinMs });
  } finally {
    sent.close();
    received.close();
  }
}

interface OpenRooms {
  sent: Timeline;
  received: Timeline;
  withinMs: number;
}

async function exchange({ sent, received, withinMs }: OpenRooms): Promise<Exchanged> {
  const content = `probe ${randomBytes(8).toString('hex')}`;
  const startedAt = performance.now();
  const since = () => (performance.now() - startedAt) / 1000;
  const acknowledged = waitFor(sent, (state) => answerTo(findByContent(state, content)), withinMs).then((answer) => ({
    refused: answer === 'failed',
    seconds: answer === 'stored' ? since() : null,
  }));
  const seen = waitFor(received, (state) => findByContent(state, content)?.seq ?? undefined, withinMs).then((seq) => ({
    seq,
    seconds: seq === null ? null : since(),
  }));
  sent.send(content);
  const [ack, delivery] = await Promise.all([acknowledged, seen]);
  // What is read is unread no more: the account stays as light as it was.
  if (delivery.seq !== null) received.markRead(delivery.seq);
  const result = ack.refused ? 'refused' : delivery.seq === null ? 'unseen' : 'seen';
  return { result, ackSeconds: ack.seconds, deliverySeconds: delivery.seconds };
}

function isReady({ status }: TimelineState): true | undefined {
  return status === 'ready' ? true : undefined;
}

function findByContent({ messages }: TimelineState, content: string): TimelineMessage | undefined {
  return messages.findLast((message) => message.content === content);
}

function answerTo(message: TimelineMessage | undefined): 'stored' | 'failed' | undefined {
  if (message?.stored) return 'stored';
  return message?.delivery.status === 'failed' ? 'failed' : undefined;
}

function idOf(client: HallwayClient): string {
  const session = client.session.getSnapshot();
  if (session.status !== 'signed-in') throw new Error('the receiver is not signed in');
  return session.user.id;
}
