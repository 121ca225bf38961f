import { randomUUID } from 'node:crypto';
import { eventually } from '@hallway/testkit';
import { expect } from 'vitest';
import { connect, hears, type Person, signIn, type WireSocket } from '../stack/wire-client.ts';
import type { WholeSystem } from './whole-system.ts';

/** Two people who write to each other, each on a gateway of their own. */
export async function meet(system: WholeSystem) {
  const [john, sarah] = [
    await signIn('john', { origin: system.authUrl }),
    await signIn('sarah', { origin: system.authUrl }),
  ];
  const [one = '', two = ''] = system.gatewayUrls;
  const [johns, sarahs] = [await connect(john, one), await connect(sarah, two)];
  const opened = await fetch(`${system.messageUrl}/api/message/chat-room`, {
    method: 'POST',
    headers: { authorization: `Bearer ${john.accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ participantId: sarah.user.id }),
  });
  const { chatRoom } = (await opened.json()) as { chatRoom: { id: string } };
  for (const wire of [johns, sarahs]) {
    expect(await wire.emit('joinRoom', { chatRoomId: chatRoom.id })).toMatchObject({ ok: true });
  }
  return { john, sarah, johns, sarahs, chatRoomId: chatRoom.id };
}

export type Meeting = Awaited<ReturnType<typeof meet>>;

/** Sends until it is acknowledged, as a client's outbox does, and waits until the other hears it. Answers its `seq`. */
export async function sendAcross({ johns, sarahs, chatRoomId }: Meeting, withinMs = 10_000): Promise<number> {
  const send = { chatRoomId, content: `across ${randomUUID()}`, clientMessageId: randomUUID() };
  const seq = await eventually(
    async () => {
      const answer = await johns.emit('sendMessage', send);
      expect(answer).toMatchObject({ ok: true });
      return answer.message.seq as number;
    },
    { withinMs, everyMs: 200 },
  );
  await hears(sarahs, send.content, withinMs);
  return seq;
}

/**
 * Everything that goes through Redis, once: sign-in and its limits, commands, events, requests and replies, presence, the
 * adapter between the gateways, read marks through the worker's queue, and the end of a session.
 */
export async function playThrough(system: WholeSystem): Promise<void> {
  const meeting = await meet(system);
  const { john, sarah, johns, sarahs, chatRoomId } = meeting;
  const seq = await sendAcross(meeting);
  expect(await sendAcross(meeting)).toBe(seq + 1);
  await seesTyping(meeting);
  expect(await johns.emit('watchPresence', { userIds: [sarah.user.id] })).toMatchObject({ online: [sarah.user.id] });
  expect(await sarahs.emit('markRead', { chatRoomId, upToSeq: seq + 1 })).toMatchObject({ ok: true, unread: 0 });
  await eventually(() => {
    const read = johns.all('messagesRead').filter((mark) => mark.lastReadSeq === seq + 1);
    expect(read).toHaveLength(1);
  });
  sarahs.close();
  // Somebody is offline five seconds after their last socket has closed.
  await eventually(() => expect(johns.all('presence').map((seen) => seen.online)).toContain(false), {
    withinMs: 15_000,
  });
  await endsSession(system, john, johns);
  expect([...johns.faults, ...sarahs.faults]).toEqual([]);
}

async function seesTyping({ johns, sarahs, chatRoomId }: Meeting): Promise<void> {
  // Volatile by contract: one that is lost on its way is shown by the next.
  await eventually(
    async () => {
      await johns.emit('typing', { chatRoomId });
      expect(sarahs.all('typing')).not.toEqual([]);
    },
    { everyMs: 1100, withinMs: 8000 },
  );
}

async function endsSession(system: WholeSystem, john: Person, johns: WireSocket): Promise<void> {
  const ended = await fetch(`${system.authUrl}/api/auth/logout`, {
    method: 'POST',
    headers: { authorization: `Bearer ${john.accessToken}`, cookie: john.cookie, 'x-hallway': '1' },
  });
  expect(ended.status).toBeLessThan(300);
  await eventually(() => expect(johns.all('sessionEnded')).toHaveLength(1));
}
