import { limits } from '@hallway/contracts';
import { describe, expect, it } from 'vitest';
import type { HallwayClient, Timeline } from '../src/index.ts';
import { events, startCampus, until } from './campus-fixture.ts';

function seqs(timeline: Timeline): (number | null)[] {
  return timeline.getSnapshot().messages.map(({ seq }) => seq);
}

function upTo(last: number, first = 1): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

async function openReady(client: HallwayClient, roomId: string): Promise<Timeline> {
  const timeline = client.openTimeline(roomId);
  await until(() => timeline.getSnapshot().status === 'ready');
  return timeline;
}

describe('timeline', () => {
  it('when it opens, shows the newest fifty, and pages back to the first', async () => {
    const { signIn, server, roomId, sarah } = await startCampus();
    for (let n = 1; n <= 120; n += 1) server.write(sarah.id, roomId, `${n}`);
    const timeline = await openReady(await signIn('john'), roomId);
    expect(seqs(timeline)).toEqual(upTo(120, 71));
    expect(timeline.getSnapshot()).toMatchObject({ hasOlder: true, lastSeq: 120, lastReadSeq: 0 });
    await Promise.all([timeline.loadOlder(), timeline.loadOlder()]);
    expect(seqs(timeline)).toEqual(upTo(120, 21));
    await timeline.loadOlder();
    await timeline.loadOlder();
    expect(seqs(timeline)).toEqual(upTo(120));
    expect(timeline.getSnapshot().hasOlder).toBe(false);
  });

  it('when an older page cannot be had, says so without throwing, and has it later', async () => {
    const { signIn, server, roomId, sarah } = await startCampus();
    for (let n = 1; n <= 60; n += 1) server.write(sarah.id, roomId, `${n}`);
    const timeline = await openReady(await signIn('john'), roomId);
    server.faults.httpDown = true;
    await timeline.loadOlder();
    expect(timeline.getSnapshot()).toMatchObject({ loadingOlder: false, error: { code: 'TEMPORARILY_UNAVAILABLE' } });
    server.faults.httpDown = false;
    await timeline.loadOlder();
    expect(timeline.getSnapshot()).toMatchObject({ error: null, hasOlder: false });
  });

  it('when the room is not the caller\u2019s, fails with NOT_FOUND', async () => {
    const { signIn, server, sarah } = await startCampus();
    const foreign = server.campus.addRoom([sarah, server.campus.addPerson('mike')]).chatRoom.id;
    const timeline = (await signIn('john')).openTimeline(foreign);
    await until(() => timeline.getSnapshot().status === 'failed');
    expect(timeline.getSnapshot().error?.code).toBe('NOT_FOUND');
  });

  it('when the server has forgotten a read mark that it had taken, tells it again', async () => {
    const { signIn, server, roomId, john, sarah } = await startCampus();
    for (let n = 1; n <= 5; n += 1) server.write(sarah.id, roomId, `${n}`);
    const timeline = await openReady(await signIn('john'), roomId);
    timeline.markRead(5);
    const { marks } = server.campus.rooms.get(roomId)!;
    await until(() => marks.get(john.id) === 5);
    marks.set(john.id, 2);
    server.emitTo(john.id, 'resync', {});
    await until(() => marks.get(john.id) === 5);
    expect(timeline.getSnapshot().lastReadSeq).toBe(5);
  });

  it('when nobody is signed in, fails instead of throwing', async () => {
    const { createClient, roomId } = await startCampus();
    expect(createClient().openTimeline(roomId).getSnapshot()).toMatchObject({ status: 'failed', messages: [] });
  });

  it('when live messages come twice, shows each once', async () => {
    const { signIn, server, roomId, sarah } = await startCampus();
    const timeline = await openReady(await signIn('john'), roomId);
    server.faults.doubleLive = true;
    for (let n = 1; n <= 5; n += 1) server.write(sarah.id, roomId, `${n}`);
    await until(() => seqs(timeline).length === 5);
    expect(seqs(timeline)).toEqual(upTo(5));
  });

  it('when live messages are lost, shows no hole and fetches exactly the gap', async () => {
    const { signIn, server, roomId, sarah } = await startCampus();
    const timeline = await openReady(await signIn('john'), roomId);
    const seen: (number | null)[][] = [];
    timeline.subscribe(() => seen.push(seqs(timeline)));
    server.faults.dropLive = ({ seq }) => seq === 3 || seq === 4;
    for (let n = 1; n <= 7; n += 1) server.write(sarah.id, roomId, `${n}`);
    await until(() => seqs(timeline).length === 7);
    for (const shown of seen) expect(shown).toEqual(upTo(shown.length));
    const fetched = server.requests.filter((request) => request.includes('after='));
    expect(fetched).toEqual([`GET /api/message/chat-room/${roomId}/messages?before=5&after=2&limit=200`]);
  });

  it('when an answer to everything that is missed is on its way, waits for it instead of fetching each gap beside it', async () => {
    const { signIn, server, roomId, john, sarah } = await startCampus();
    const timeline = await openReady(await signIn('john'), roomId);
    const { promise, resolve: answerResumes } = Promise.withResolvers<void>();
    server.faults.holdResumes = promise;
    server.faults.dropLive = ({ seq }) => seq < 3;
    server.emitTo(john.id, 'resync', {});
    await until(() => events(server, 'resume').length === 2);
    for (let n = 1; n <= 4; n += 1) server.write(sarah.id, roomId, `${n}`);
    // Several times as long as a gap is given.
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(seqs(timeline)).toEqual([]);
    answerResumes();
    await until(() => seqs(timeline).length === 4);
    expect(server.requests.filter((request) => request.includes('after='))).toEqual([]);
  });

  it('when messages came while it was away, resumes all rooms in one call', async () => {
    const { signIn, server, roomId, john, sarah } = await startCampus();
    const other = server.campus.addRoom([john, server.campus.addPerson('mike')]).chatRoom.id;
    const client = await signIn('john');
    const timeline = await openReady(client, roomId);
    await until(() => client.conversations.getSnapshot().conversations.length === 2);
    server.cut();
    for (let n = 1; n <= 3; n += 1) server.write(sarah.id, roomId, `${n}`);
    await until(() => seqs(timeline).length === 3);
    // The first connection knew no room yet, and asked only how to come back.
    expect(events(server, 'resume')).toEqual([{ rooms: {} }, { rooms: { [roomId]: 0, [other]: 0 } }]);
  });

  it('when more was missed than one call brings, pages on until nothing is missing', async () => {
    const { signIn, server, roomId, sarah } = await startCampus();
    const timeline = await openReady(await signIn('john'), roomId);
    server.cut();
    for (let n = 1; n <= limits.catchUpMessages + 250; n += 1) server.write(sarah.id, roomId, `${n}`);
    await until(() => seqs(timeline).length === limits.catchUpMessages + 250);
    expect(seqs(timeline)).toEqual(upTo(limits.catchUpMessages + 250));
  });

  it('when the server says that it may have skipped something, asks and shows it', async () => {
    const { signIn, server, roomId, john, sarah } = await startCampus();
    const timeline = await openReady(await signIn('john'), roomId);
    server.faults.dropLive = () => true;
    server.write(sarah.id, roomId, 'unheard');
    server.emitTo(john.id, 'resync', {});
    await until(() => seqs(timeline).length === 1);
  });

  it('when there is no socket, opens over HTTP', async () => {
    const { signIn, server, roomId, sarah } = await startCampus();
    server.write(sarah.id, roomId, 'stored');
    const client = await signIn('john');
    server.faults.refuseConnections = { code: 'TEMPORARILY_UNAVAILABLE', message: '', retryable: true, requestId: '' };
    server.cut();
    await until(() => client.connection.getSnapshot().status !== 'online');
    const timeline = await openReady(client, roomId);
    expect(seqs(timeline)).toEqual([1]);
  });

  it('when it is opened twice, joins once, and leaves with the last', async () => {
    const { signIn, server, roomId } = await startCampus();
    const client = await signIn('john');
    const [first, second] = [await openReady(client, roomId), await openReady(client, roomId)];
    first.close();
    first.close();
    expect(events(server, 'joinRoom')).toHaveLength(1);
    second.close();
    await until(() => events(server, 'leaveRoom').length === 1);
  });
});

describe('read marks', () => {
  it('when a person scrolls, marks at once here and at most once a second there', async () => {
    const { signIn, server, roomId, sarah, john } = await startCampus();
    for (let n = 1; n <= 20; n += 1) server.write(sarah.id, roomId, `${n}`);
    const [johns, sarahs] = [await signIn('john'), await signIn('sarah')];
    const hers = await openReady(sarahs, roomId);
    const timeline = await openReady(johns, roomId);
    await until(() => johns.conversations.getSnapshot().unreadTotal === 20);
    for (let seq = 1; seq <= 20; seq += 1) timeline.markRead(seq);
    expect(timeline.getSnapshot().lastReadSeq).toBe(20);
    expect(johns.conversations.getSnapshot().unreadTotal).toBe(0);
    await until(() => server.campus.rooms.get(roomId)!.marks.get(john.id) === 20);
    expect(events(server, 'markRead').length).toBeLessThanOrEqual(2);
    await until(() => hers.getSnapshot().messages.at(-1)?.delivery.status === 'read');
  });

  it('when it is read while offline, tells it after the return', async () => {
    const { signIn, server, roomId, sarah, john } = await startCampus();
    server.write(sarah.id, roomId, 'one');
    const client = await signIn('john');
    const timeline = await openReady(client, roomId);
    server.cut();
    await until(() => client.connection.getSnapshot().status !== 'online');
    timeline.markRead(99);
    await until(() => server.campus.rooms.get(roomId)!.marks.get(john.id) === 1);
    expect(events(server, 'markRead')).toEqual([{ chatRoomId: roomId, upToSeq: 1 }]);
  });

  it('when another device reads, the count falls here', async () => {
    const { signIn, server, roomId, sarah } = await startCampus();
    server.write(sarah.id, roomId, 'one');
    const [one, two] = [await signIn('john'), await signIn('john')];
    await until(() => one.conversations.getSnapshot().unreadTotal === 1);
    (await openReady(two, roomId)).markRead(1);
    await until(() => one.conversations.getSnapshot().unreadTotal === 0);
  });
});

describe('typing and presence', () => {
  it('when the other person types, shows it until they stop or write', async () => {
    const { signIn, roomId, sarah } = await startCampus();
    const johns = await openReady(await signIn('john'), roomId);
    const sarahs = await openReady(await signIn('sarah'), roomId);
    sarahs.setTyping(true);
    await until(() => johns.getSnapshot().typing.join() === sarah.id);
    sarahs.setTyping(false);
    await until(() => johns.getSnapshot().typing.length === 0);
    sarahs.setTyping(true);
    await until(() => johns.getSnapshot().typing.length === 1);
    sarahs.send('done');
    await until(() => johns.getSnapshot().messages.length === 1 && johns.getSnapshot().typing.length === 0);
  });

  it('when several places watch people, asks once, keeps shared ones, and asks again after a break', async () => {
    const { signIn, server, john, sarah } = await startCampus();
    const client = await signIn('john');
    server.campus.online.add(sarah.id);
    const [stop] = [client.watchPresence([sarah.id]), client.watchPresence([sarah.id, john.id])];
    await until(() => client.online.getSnapshot().has(sarah.id));
    expect(events(server, 'watchPresence')).toEqual([{ userIds: [sarah.id, john.id] }]);
    stop();
    await until(() => events(server, 'watchPresence').length === 2);
    server.emitTo(john.id, 'presence', { userId: sarah.id, online: false, lastSeenAt: null });
    await until(() => !client.online.getSnapshot().has(sarah.id));
    server.cut();
    await until(() => events(server, 'watchPresence').length === 3 && client.online.getSnapshot().has(sarah.id));
  });
});

describe('conversations', () => {
  it('when messages come, moves the room to the top with its last message and count', async () => {
    const { signIn, server, roomId, john, sarah } = await startCampus();
    const mike = server.campus.addPerson('mike');
    const other = server.campus.addRoom([john, mike]).chatRoom.id;
    server.write(mike.id, other, 'first');
    const client = await signIn('john');
    await until(() => client.conversations.getSnapshot().conversations.length === 2);
    const last = server.write(sarah.id, roomId, 'later');
    await until(() => client.conversations.getSnapshot().conversations[0]?.lastMessage?.id === last.id);
    expect(client.conversations.getSnapshot().conversations[0]).toMatchObject({ lastMessage: last, unread: 1 });
    expect(client.conversations.getSnapshot()).toEqual({
      ...{ status: 'ready', error: null, unreadTotal: 2 },
      conversations: server.campus.conversations(john.id),
    });
  });

  it('when someone writes in a room that is new, and when it is left, follows', async () => {
    const { signIn, server, john } = await startCampus();
    const client = await signIn('john');
    await until(() => client.conversations.getSnapshot().status === 'ready');
    const mike = server.campus.addPerson('mike');
    const fresh = server.campus.addRoom([john, mike]).chatRoom.id;
    server.write(mike.id, fresh, 'hello');
    await until(() => client.conversations.getSnapshot().conversations[0]?.chatRoom.id === fresh);
    expect(client.conversations.getSnapshot().conversations).toEqual(server.campus.conversations(john.id));
    expect(client.person(mike.id)?.name).toBe('mike');
    server.emitTo(john.id, 'roomRemoved', { chatRoomId: fresh });
    await until(() => client.conversations.getSnapshot().conversations.length === 1);
  });

  it('when rooms came, went and changed while it was away, ends as a fresh fetch', { timeout: 10_000 }, async () => {
    const { signIn, server, roomId, john, sarah } = await startCampus();
    const client = await signIn('john');
    await until(() => client.conversations.getSnapshot().conversations.length === 1);
    server.cut();
    server.campus.rooms.delete(roomId);
    const fresh = server.campus.addRoom([john, sarah]).chatRoom.id;
    server.write(sarah.id, fresh, 'while you were away');
    await until(() => client.conversations.getSnapshot().conversations[0]?.chatRoom.id === fresh);
    await until(() => client.conversations.getSnapshot().conversations.length === 1);
    expect(client.conversations.getSnapshot().conversations).toEqual(server.campus.conversations(john.id));
  });

  it('when numbers were filled with voids, shows, previews and counts only what is there to read', async () => {
    const { signIn, server, roomId, room, john, sarah } = await startCampus();
    server.write(sarah.id, roomId, 'first');
    const client = await signIn('john');
    const timeline = await openReady(client, roomId);
    timeline.markRead(1);
    const mike = server.campus.addPerson('mike');
    server.faults.dropLive = () => true;
    for (const content of ['second', 'third']) {
      for (let n = 0; n < 3; n += 1) server.campus.addVoid(room, sarah.id);
      server.write(sarah.id, roomId, content);
    }
    const fresh = server.campus.addRoom([john, mike]);
    server.campus.addVoid(fresh, mike.id);
    server.write(mike.id, fresh.chatRoom.id, 'hello');
    server.cut();
    await until(() => timeline.getSnapshot().messages.length === 3);
    expect(timeline.getSnapshot().messages.map(({ content }) => content)).toEqual(['first', 'second', 'third']);
    expect(timeline.getSnapshot()).toMatchObject({ lastSeq: 9, lastReadSeq: 1 });
    const previews = () => client.conversations.getSnapshot().conversations.map((line) => line.lastMessage?.content);
    await until(() => previews().toSorted().join() === 'hello,third');
    timeline.markRead(timeline.getSnapshot().messages.at(-1)?.seq ?? 0);
    const unread = () => client.conversations.getSnapshot().conversations.map((line) => line.unread);
    expect(unread().toSorted()).toEqual([0, 2]);
    await until(() => server.campus.rooms.get(roomId)?.marks.get(john.id) === 9);
  });

  it('when a person has many rooms, lists them all', async () => {
    const { signIn, server, john } = await startCampus();
    for (let n = 0; n < 120; n += 1) server.campus.addRoom([john, server.campus.addPerson(`p${n}`)]);
    const client = await signIn('john');
    await until(() => client.conversations.getSnapshot().conversations.length === 121);
  });

  it('when a direct room is opened, it is in the list', async () => {
    const { signIn, server } = await startCampus();
    const client = await signIn('john');
    const mike = server.campus.addPerson('mike');
    const chatRoom = await client.openDirectRoom(mike.id);
    await until(() => client.conversations.getSnapshot().conversations.some((c) => c.chatRoom.id === chatRoom.id));
    expect((await client.openDirectRoom(mike.id)).id).toBe(chatRoom.id);
  });
});
