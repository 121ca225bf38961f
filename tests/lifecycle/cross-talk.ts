import { randomUUID } from 'node:crypto';
import { eventually } from '@hallway/testkit';
import { expect } from 'vitest';
import { connect, type Person, signIn, type WireSocket } from '../stack/wire-client.ts';
import type { RunningService } from './side-by-side.ts';

/** Where two people are, who talk to each other: each on a gateway, of whichever release, and one message service for HTTP. */
export interface Places {
  auth: RunningService;
  message: RunningService;
  johns: RunningService;
  sarahs: RunningService;
}

// Processes of two releases start and stop on the same machine meanwhile.
const withinMs = 15_000;

/**
 * Everything that two people expect of a conversation, across both gateways: messages both ways by socket and by HTTP, in one
 * order; typing; a read mark, which passes through the worker; and what was missed, after coming back on the other gateway.
 * Whatever is said has to fit today's contract. Answers the conversation.
 */
export async function talk(places: Places): Promise<string> {
  const [john, sarah] = await Promise.all([
    signIn('john', { origin: places.auth.url }),
    signIn('sarah', { origin: places.auth.url }),
  ]);
  const johns = await connect(john, places.johns.url);
  let sarahs = await connect(sarah, places.sarahs.url);
  try {
    const { chatRoom } = await ask({ ...places, person: john }, 'POST /api/message/chat-room', {
      participantId: sarah.user.id,
    });
    const room: string = chatRoom.id;
    await joinAt(johns, room);
    await joinAt(sarahs, room);
    await writeBothWays({ places, room, john, johns, sarahs });
    await shareTyping(johns, sarahs, room);
    const lastSeq = await markRead(johns, sarahs, room);
    sarahs.close();
    const missed = [await send(johns, room), await send(johns, room)];
    expect(sarahs.faults).toEqual([]);
    sarahs = await connect(sarah, places.johns.url);
    await resumeFrom(sarahs, { room, afterSeq: lastSeq, missed });
    await expectHistory(places, john, room);
    return room;
  } finally {
    for (const wire of [johns, sarahs]) wire.close();
    expect([...johns.faults, ...sarahs.faults]).toEqual([]);
  }
}

async function joinAt(wire: WireSocket, chatRoomId: string): Promise<void> {
  expect(await wire.emit('joinRoom', { chatRoomId })).toMatchObject({ ok: true });
}

/** Sends as a client does: what found nobody to take it is sent again under the same id. Answers the text. */
async function send(wire: WireSocket, chatRoomId: string): Promise<string> {
  const content = `a message ${randomUUID()}`;
  const clientMessageId = randomUUID();
  await eventually(
    async () =>
      expect(await wire.emit('sendMessage', { chatRoomId, content, clientMessageId })).toMatchObject({ ok: true }),
    { withinMs },
  );
  return content;
}

interface Conversation {
  places: Places;
  room: string;
  john: Person;
  johns: WireSocket;
  sarahs: WireSocket;
}

async function writeBothWays({ places, room, john, johns, sarahs }: Conversation): Promise<void> {
  const bySocket = [await send(johns, room), await send(sarahs, room)];
  const byHttp = `by HTTP ${randomUUID()}`;
  await ask({ ...places, person: john }, 'POST /api/message/message', { chatRoomId: room, content: byHttp });
  for (const wire of [johns, sarahs]) {
    await eventually(
      () => {
        const heard = wire.all('receiveMessage').filter(({ chatRoomId }) => chatRoomId === room);
        const contents = heard.toSorted((a, b) => a.seq - b.seq).map(({ content }) => content);
        expect(contents.slice(-3)).toEqual([...bySocket, byHttp]);
      },
      { withinMs },
    );
  }
}

async function shareTyping(johns: WireSocket, sarahs: WireSocket, chatRoomId: string): Promise<void> {
  // One that is lost is no fault: it is volatile.
  await eventually(
    async () => {
      await johns.emit('typing', { chatRoomId, isTyping: true });
      expect(sarahs.all('typing')).toContainEqual(expect.objectContaining({ chatRoomId, isTyping: true }));
    },
    { withinMs, everyMs: 1100 },
  );
}

async function markRead(johns: WireSocket, sarahs: WireSocket, chatRoomId: string): Promise<number> {
  const upToSeq = Math.max(...sarahs.all('receiveMessage').map(({ seq }) => seq));
  expect(await sarahs.emit('markRead', { chatRoomId, upToSeq })).toMatchObject({ ok: true, unread: 0 });
  await eventually(
    () =>
      expect(johns.all('messagesRead')).toContainEqual(expect.objectContaining({ chatRoomId, lastReadSeq: upToSeq })),
    { withinMs },
  );
  return upToSeq;
}

async function resumeFrom(wire: WireSocket, from: { room: string; afterSeq: number; missed: string[] }): Promise<void> {
  const { room, afterSeq, missed } = from;
  const answer = await wire.emit('resume', { rooms: { [room]: afterSeq } });
  expect(answer).toMatchObject({ ok: true, gone: [] });
  const { messages, complete } = answer.rooms[room] as { messages: { content: string }[]; complete: boolean };
  expect({ contents: messages.map(({ content }) => content), complete }).toEqual({ contents: missed, complete: true });
}

/** Numbered from 1 without a hole, whoever wrote and whoever stored. */
async function expectHistory(places: Places, person: Person, room: string): Promise<void> {
  const { messages, lastSeq } = await ask(
    { ...places, person },
    `GET /api/message/chat-room/${room}/messages?limit=200`,
  );
  const seqs = (messages as { seq: number }[]).map(({ seq }) => seq);
  expect(seqs).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1));
}

/** Asks the message service as a client does; a refusal fails the test. */
export async function ask(
  { message, person }: { message: RunningService; person: Person },
  route: string,
  body?: unknown,
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever fields they assert.
): Promise<any> {
  const [method = 'GET', path] = route.split(' ');
  const response = await fetch(`${message.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${person.accessToken}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${route} was answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}
