import { describe, expect, it } from 'vitest';
import type { HallwayClient } from '../src/index.ts';
import { events, startCampus, until } from './campus-fixture.ts';
import { fault } from './contract-server.ts';

/** A client with this many quiet rooms, the one of the fixture included, each a day older than the one before. */
async function startWithRooms(count: number) {
  const campus = await startCampus();
  const { server, john, room } = campus;
  const mates = Array.from({ length: count - 1 }, (_, n) => server.campus.addPerson(`mate${n}`));
  const rooms = [room, ...mates.map((mate) => server.campus.addRoom([john, mate]))];
  for (const [index, { chatRoom }] of rooms.entries()) {
    chatRoom.createdAt = new Date(Date.UTC(2026, 5, 1) - index * 86_400_000).toISOString();
  }
  for (const [index, mate] of mates.entries()) sendOld(index + 1, mate.id);

  /** A message as old as the room. */
  function sendOld(index: number, senderId: string): void {
    const { chatRoom } = rooms[index]!;
    server.campus.send(senderId, { chatRoomId: chatRoom.id, content: 'old', clientMessageId: crypto.randomUUID() });
    rooms[index]!.log[0]!.createdAt = chatRoom.createdAt;
  }

  const client = await campus.signIn('john', { random: () => 0.1 });
  await until(() => client.conversations.getSnapshot().conversations.length === count);
  const before = server.requests.length;
  const listed = () => server.requests.slice(before).filter((request) => request.startsWith('GET /api/messages?'));
  return { ...campus, client, rooms, mates, listed };
}

function unreadTotal(client: HallwayClient): number {
  return client.conversations.getSnapshot().unreadTotal;
}

function hasRoom(client: HallwayClient, id: string): boolean {
  return client.conversations.getSnapshot().conversations.some(({ chatRoom }) => chatRoom.id === id);
}

describe('the conversation list after a break', () => {
  it('when little changed, fetches the top of it, and is what a fresh fetch answers', async () => {
    const { server, client, rooms, mates, john, listed } = await startWithRooms(120);
    expect(unreadTotal(client)).toBe(119);
    server.cut();
    // While nobody listens: a message far down, a new room, a mark from another device, a room that is gone.
    server.write(mates[99]!.id, rooms[100]!.chatRoom.id, 'while you were away');
    const fresh = server.campus.addRoom([john, server.campus.addPerson('new')]);
    server.campus.markRead(rooms[110]!, john.id, 1);
    server.campus.rooms.delete(rooms[115]!.chatRoom.id);
    const expected = () => server.campus.conversations(john.id);
    await until(() => hasRoom(client, fresh.chatRoom.id));
    await until(() => unreadTotal(client) === expected().reduce((sum, { unread }) => sum + unread, 0));
    expect(client.conversations.getSnapshot().conversations).toEqual(expected());
    expect(listed()).toEqual(['GET /api/messages?limit=20']);
    expect(events(server, 'resume').length).toBe(2);
  });

  it('when the answer names the rooms that came meanwhile, looks up these alone and leaves the list alone', async () => {
    const { server, client, rooms, mates, john, listed } = await startWithRooms(30);
    server.faults.nameOthers = true;
    server.cut();
    server.write(mates[9]!.id, rooms[10]!.chatRoom.id, 'while you were away');
    const fresh = server.campus.addRoom([john, server.campus.addPerson('new')]);
    server.campus.rooms.delete(rooms[25]!.chatRoom.id);
    const expected = () => server.campus.conversations(john.id);
    await until(() => hasRoom(client, fresh.chatRoom.id));
    await until(() => unreadTotal(client) === expected().reduce((sum, { unread }) => sum + unread, 0));
    expect(client.conversations.getSnapshot().conversations).toEqual(expected());
    // As long as the list would otherwise have been waited for.
    await new Promise((resolve) => setTimeout(resolve, 2200));
    expect(listed()).toEqual([]);
  });

  it('when more rooms came than are looked up one by one, fetches the list soon', async () => {
    const { server, client, john, listed } = await startWithRooms(10);
    server.faults.nameOthers = true;
    server.cut();
    for (let n = 0; n < 5; n += 1) server.campus.addRoom([john, server.campus.addPerson(`new${n}`)]);
    await until(() => client.conversations.getSnapshot().conversations.length === 15);
    expect(listed()).toEqual(['GET /api/messages?limit=20']);
  });

  it('when more changed than the first page holds, goes on until it meets what it knows', async () => {
    const { server, client, rooms, mates, john, listed } = await startWithRooms(120);
    server.cut();
    for (let n = 40; n < 70; n += 1) server.write(mates[n]!.id, rooms[n + 1]!.chatRoom.id, 'news');
    for (let n = 0; n < 30; n += 1) server.campus.addRoom([john, server.campus.addPerson(`new${n}`)]);
    await until(() => client.conversations.getSnapshot().conversations.length === 150);
    expect(unreadTotal(client)).toBe(149);
    expect(listed()).toEqual(['GET /api/messages?limit=20', 'GET /api/messages?limit=200&cursor=20']);
  });

  it('when there are more rooms than one resume asks for, fetches all of it', async () => {
    const { server, client, rooms, john, listed } = await startWithRooms(230);
    server.cut();
    server.campus.markRead(rooms[225]!, john.id, 1);
    await until(() => unreadTotal(client) === 228);
    expect(listed()).toEqual(['GET /api/messages?limit=200', 'GET /api/messages?limit=200&cursor=200']);
  });

  it('when the live way cannot say what changed, fetches all of it', async () => {
    const { server, client, rooms, john, listed } = await startWithRooms(120);
    server.faults.refuseResumes = fault('TEMPORARILY_UNAVAILABLE', 60_000);
    server.cut();
    server.campus.markRead(rooms[110]!, john.id, 1);
    await until(() => unreadTotal(client) === 118);
    expect(listed()).toContain('GET /api/messages?limit=200');
  });
});
