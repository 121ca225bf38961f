import { describe, expect, it } from 'vitest';
import { createMemoryOutboxStorage, type HallwayClient, HallwayError, type Timeline } from '../src/index.ts';
import { contents, events, startCampus, until } from './campus-fixture.ts';
import { fault } from './contract-server.ts';
import { createTestTabs } from './tab-locks.ts';

function shown(timeline: Timeline) {
  return timeline.getSnapshot().messages.map(({ content, delivery }) => `${content}: ${delivery.status}`);
}

async function openReady(client: HallwayClient, roomId: string): Promise<Timeline> {
  const timeline = client.openTimeline(roomId);
  await until(() => timeline.getSnapshot().status === 'ready');
  return timeline;
}

describe('send', () => {
  it('when it is online, draws at once, is stored, and reaches the other person', async () => {
    const { signIn, roomId, john } = await startCampus();
    const [mine, hers] = [await signIn('john'), await signIn('sarah')];
    const [johns, sarahs] = [await openReady(mine, roomId), await openReady(hers, roomId)];
    johns.send('Hi Sarah!\r\nHow are you?');
    const drawn = johns.getSnapshot().messages[0];
    expect(drawn).toMatchObject({ mine: true, seq: null, content: 'Hi Sarah!\nHow are you?' });
    await until(() => sarahs.getSnapshot().messages.length === 1);
    await until(() => johns.getSnapshot().messages[0]?.seq === 1);
    expect(johns.getSnapshot().messages[0]).toMatchObject({ key: drawn?.key, delivery: { status: 'sent' } });
    expect(sarahs.getSnapshot().messages[0]).toMatchObject({ senderId: john.id, mine: false, seq: 1 });
  });

  it('when the content can never be sent, throws and draws nothing', async () => {
    const { signIn, roomId } = await startCampus();
    const timeline = await openReady(await signIn('john'), roomId);
    for (const content of ['', '   ', 'x'.repeat(8001), 'a\u0000b']) {
      expect(() => timeline.send(content)).toThrow(HallwayError);
    }
    expect(timeline.getSnapshot().messages).toEqual([]);
  });

  it('when many are sent in two rooms while offline, each room keeps its order and nothing is doubled', async () => {
    const { signIn, server, roomId, john } = await startCampus();
    const other = server.campus.addRoom([john, server.campus.addPerson('mike')]).chatRoom.id;
    const client = await signIn('john');
    const rooms = [await openReady(client, roomId), await openReady(client, other)];
    server.cut();
    await until(() => client.connection.getSnapshot().status !== 'online');
    for (let n = 0; n < 40; n += 1) for (const room of rooms) room.send(`${n}`);
    await until(() => rooms.every((room) => room.getSnapshot().messages.every(({ seq }) => seq !== null)));
    const expected = Array.from({ length: 40 }, (_, n) => `${n}`);
    expect(contents(server, roomId)).toEqual(expected);
    expect(contents(server, other)).toEqual(expected);
  });

  it('when another message gets through, what drew a long wait before goes at once', async () => {
    const { signIn, server, roomId, john } = await startCampus();
    const other = server.campus.addRoom([john, server.campus.addPerson('mike')]).chatRoom.id;
    // The first wait of a message takes half a minute here: longer than this test.
    const client = await signIn('john', { random: () => 60 });
    const [waits, passes] = [await openReady(client, roomId), await openReady(client, other)];
    server.faults.refuseSends = { error: fault('TEMPORARILY_UNAVAILABLE', 1), times: 1 };
    waits.send('first');
    await until(() => server.faults.refuseSends?.times === 0);
    await until(() => waits.getSnapshot().messages[0]?.delivery.status === 'queued');
    passes.send('second');
    await until(() => contents(server, roomId).length === 1);
    expect(contents(server, other)).toEqual(['second']);
  });

  it('when the acknowledgement is lost with the connection, is sent again under its id and stored once', async () => {
    const { signIn, server, roomId } = await startCampus();
    const client = await signIn('john');
    const timeline = await openReady(client, roomId);
    server.faults.loseAcknowledgements = 1;
    server.faults.dropLive = () => true;
    timeline.send('once');
    await until(() => contents(server, roomId).length === 1);
    expect(shown(timeline)).toEqual(['once: sending']);
    server.cut();
    await until(() => shown(timeline)[0] === 'once: sent');
    expect(contents(server, roomId)).toEqual(['once']);
  });

  it('when the acknowledgement never comes, asks again by itself under the id, by the other door', {
    timeout: 20_000,
  }, async () => {
    const { signIn, server, roomId } = await startCampus();
    const timeline = await openReady(await signIn('john'), roomId);
    server.faults.loseAcknowledgements = 1;
    server.faults.dropLive = () => true;
    timeline.send('once');
    await until(() => shown(timeline)[0] === 'once: sent', 12_000);
    const [first] = events(server, 'sendMessage') as { clientMessageId: string }[];
    expect(events(server, 'POST message')).toMatchObject([{ clientMessageId: first?.clientMessageId }]);
    expect(events(server, 'sendMessage')).toHaveLength(1);
    expect(contents(server, roomId)).toEqual(['once']);
  });

  it('when the live message comes without the acknowledgement, is sent', async () => {
    const { signIn, server, roomId } = await startCampus();
    const timeline = await openReady(await signIn('john'), roomId);
    server.faults.loseAcknowledgements = 1;
    timeline.send('once');
    await until(() => shown(timeline)[0] === 'once: sent');
  });

  it.each(['RATE_LIMITED', 'OUTCOME_UNKNOWN', 'INTERNAL'] as const)(
    'when the server answers %s with a time, tries again after it, in order',
    async (code) => {
      const { signIn, server, roomId } = await startCampus();
      const timeline = await openReady(await signIn('john'), roomId);
      server.faults.refuseSends = { error: fault(code, 300), times: 1 };
      for (const content of ['first', 'second']) timeline.send(content);
      await until(() => contents(server, roomId).length === 2);
      const sends = server.heard.filter(({ event }) => event === 'sendMessage').map(({ at }) => at);
      expect(sends[1]! - sends[0]!).toBeGreaterThanOrEqual(295);
      expect(contents(server, roomId)).toEqual(['first', 'second']);
    },
  );

  it('when the server refuses for good, says why, lets the next go, and waits for a retry or a discard', async () => {
    const { signIn, server, roomId } = await startCampus();
    const timeline = await openReady(await signIn('john'), roomId);
    server.faults.refuseSends = { error: fault('MESSAGING_NOT_ALLOWED'), times: 2 };
    for (const content of ['refused', 'unwanted', 'next']) timeline.send(content);
    await until(() => shown(timeline).includes('next: sent'));
    expect(shown(timeline)).toEqual(['next: sent', 'refused: failed', 'unwanted: failed']);
    const [, refused, unwanted] = timeline.getSnapshot().messages;
    expect(refused?.delivery).toMatchObject({ error: { code: 'MESSAGING_NOT_ALLOWED' } });
    timeline.discard(unwanted!.clientMessageId);
    timeline.retry(refused!.clientMessageId);
    await until(() => shown(timeline).join() === 'next: sent,refused: sent');
    expect(contents(server, roomId)).toEqual(['next', 'refused']);
  });

  it('when five hundred wait already, throws instead of growing', async () => {
    const { signIn, server, roomId } = await startCampus();
    const client = await signIn('john');
    const timeline = await openReady(client, roomId);
    server.faults.refuseConnections = fault('TEMPORARILY_UNAVAILABLE');
    server.cut();
    await until(() => client.connection.getSnapshot().status !== 'online');
    for (let n = 0; n < 500; n += 1) timeline.send('x');
    expect(() => timeline.send('one more')).toThrow(/500 messages/);
  });

  it('when the page is left before anything was sent, the next page sends it, once', async () => {
    const { signIn, server, roomId } = await startCampus();
    const storage = createMemoryOutboxStorage();
    const first = await signIn('john', { storage });
    const timeline = await openReady(first, roomId);
    server.faults.loseAcknowledgements = 1;
    server.faults.dropLive = () => true;
    for (const content of ['stored, not acknowledged', 'never sent']) timeline.send(content);
    await until(() => contents(server, roomId).length === 1);
    first.destroy();
    const second = await openReady(await signIn('john', { storage }), roomId);
    await until(() => second.getSnapshot().messages.filter(({ seq }) => seq !== null).length === 2);
    expect(contents(server, roomId)).toEqual(['stored, not acknowledged', 'never sent']);
    expect(second.getSnapshot().messages).toHaveLength(2);
  });

  it('when the storage fails, sends all the same and reports it', async () => {
    const { signIn, server, roomId, faults } = await startCampus();
    const broken = () => Promise.reject(new Error('quota'));
    const timeline = await openReady(
      await signIn('john', { storage: { list: broken, put: broken, remove: broken } }),
      roomId,
    );
    timeline.send('still');
    await until(() => shown(timeline)[0] === 'still: sent');
    expect(contents(server, roomId)).toEqual(['still']);
    expect(faults.map(({ at }) => at)).toContain('outbox.storage');
  });
});

describe('two tabs', () => {
  async function openTabs() {
    const campus = await startCampus();
    const shared = { storage: { ...createMemoryOutboxStorage(), shared: true }, tabs: createTestTabs() };
    const clients = [await campus.signIn('john', shared), await campus.signIn('john', shared)] as const;
    const timelines = [await openReady(clients[0], campus.roomId), await openReady(clients[1], campus.roomId)] as const;
    return { ...campus, clients, timelines };
  }

  it('when both send, both show every message and each is emitted once', async () => {
    const { server, roomId, timelines } = await openTabs();
    for (let n = 0; n < 10; n += 1) timelines[n % 2]!.send(`${n}`);
    await until(() =>
      timelines.every((timeline) => shown(timeline).filter((line) => line.endsWith('sent')).length === 10),
    );
    expect(events(server, 'sendMessage')).toHaveLength(10);
    expect(contents(server, roomId)).toHaveLength(10);
  });

  it('when a message waits, the other tab shows it too, and its refusal and its end', async () => {
    const { server, timelines } = await openTabs();
    server.faults.refuseSends = { error: fault('MESSAGING_NOT_ALLOWED'), times: 1 };
    timelines[1].send('refused');
    await until(() => timelines.every((timeline) => shown(timeline)[0] === 'refused: failed'));
    timelines[0].discard(timelines[0].getSnapshot().messages[0]!.clientMessageId);
    await until(() => timelines.every((timeline) => shown(timeline).length === 0));
  });

  it('when the tab that sends is closed, the other one takes over', async () => {
    const { server, roomId, clients, timelines } = await openTabs();
    server.faults.refuseSends = { error: fault('TEMPORARILY_UNAVAILABLE'), times: 1 };
    timelines[1].send('mine');
    await until(() => server.faults.refuseSends?.times === 0);
    clients[0].destroy();
    await until(() => shown(timelines[1])[0] === 'mine: sent');
    expect(contents(server, roomId)).toEqual(['mine']);
  });
});
