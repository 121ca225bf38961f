import { eventually } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type Campus, heardOf, settle, startCampus, type TestClient } from './campus.ts';

let campus: Campus;

beforeAll(async () => {
  campus = await startCampus({ gateways: 2, environment: { SEND_BURST: '5', SENDS_PER_SECOND: '1' } });
});
afterAll(() => campus.stop());

async function twoPeople() {
  const sender = campus.person();
  const receiver = campus.person('instructor');
  const chatRoomId = campus.messages.addRoom([sender.id, receiver.id]);
  const from = await campus.connect(sender, { gateway: campus.gateways[0]! });
  const to = await campus.connect(receiver, { gateway: campus.gateways[1]! });
  return { sender, receiver, chatRoomId, from, to };
}

/** What a socket got of a message, whichever form it came in. */
function messagesOf(socket: TestClient): string[] {
  return socket.heard
    .filter(({ event }) => event === 'receiveMessage' || event === 'new_message')
    .map(({ event, payload }) => `${event} ${(payload as { seq: number }).seq}`);
}

describe('sendMessage', () => {
  it('when a member sends, answers with the stored message and reaches the other gateway as new_message', async () => {
    const { sender, receiver, chatRoomId, from, to } = await twoPeople();
    const answer = await ask(from, 'sendMessage', { chatRoomId, content: 'Hi!', clientMessageId: 'a-1' });
    const message = { seq: 1, content: 'Hi!', clientMessageId: 'a-1', senderId: sender.id };
    expect(answer).toMatchObject({ ok: true, duplicate: false, message });
    await eventually(() => expect(heardOf(to, 'new_message')).toHaveLength(1));
    expect(heardOf(to, 'new_message')[0]).toEqual({
      id: answer.message.id,
      from: sender.id,
      to: receiver.id,
      text: 'Hi!',
      read: false,
      createdAt: answer.message.createdAt,
      chatRoomId,
      seq: 1,
      clientMessageId: 'a-1',
    });
  });

  it('when sockets of one person differ in what they joined, gives each exactly one of the two events', async () => {
    const { sender, chatRoomId, from, to } = await twoPeople();
    const senderTab = await campus.connect(sender, { gateway: campus.gateways[1]! });
    await ask(senderTab, 'joinRoom', chatRoomId);
    const { message } = await ask(from, 'sendMessage', { chatRoomId, content: 'one' });
    await eventually(() => expect(heardOf(senderTab, 'receiveMessage')).toEqual([message]));
    await eventually(() => expect(messagesOf(to)).toEqual(['new_message 1']));
    await ask(senderTab, 'leaveRoom', { chatRoomId });
    await ask(from, 'sendMessage', { chatRoomId, content: 'two' });
    await eventually(() => expect(messagesOf(senderTab)).toEqual(['receiveMessage 1', 'new_message 2']));
    expect(messagesOf(from)).toEqual(['new_message 1', 'new_message 2']);
  });

  it('when a clientMessageId is sent again, answers with the first message and delivers nothing', async () => {
    const { chatRoomId, from, to } = await twoPeople();
    const first = await ask(from, 'sendMessage', { chatRoomId, content: 'once', clientMessageId: 'same' });
    const again = await ask(from, 'sendMessage', { chatRoomId, content: 'once', clientMessageId: 'same' });
    expect(again).toEqual({ ok: true, message: first.message, duplicate: true });
    await ask(from, 'sendMessage', { chatRoomId, content: 'after' });
    await eventually(() => expect(messagesOf(to)).toEqual(['new_message 1', 'new_message 2']));
  });

  it('when a message is announced again, delivers it once', async () => {
    const { chatRoomId, from, to } = await twoPeople();
    const { message } = await ask(from, 'sendMessage', { chatRoomId, content: 'once' });
    await campus.messages.announce('message.created', { message, roomType: 'direct' });
    await ask(from, 'sendMessage', { chatRoomId, content: 'after' });
    await eventually(() => expect(messagesOf(to)).toEqual(['new_message 1', 'new_message 2']));
  });

  it('when the sender is not a member, answers NOT_FOUND and delivers nothing', async () => {
    const { chatRoomId, to } = await twoPeople();
    const stranger = await campus.connect(campus.person());
    const answer = await ask(stranger, 'sendMessage', { chatRoomId, content: 'Hi!' });
    expect(answer).toEqual({
      ok: false,
      error: { code: 'NOT_FOUND', message: expect.any(String), retryable: false, requestId: expect.any(String) },
    });
    await settle(to);
    expect(messagesOf(to)).toEqual([]);
  });

  it('when senderId is somebody else, answers FORBIDDEN', async () => {
    const { receiver, chatRoomId, from } = await twoPeople();
    const answer = await ask(from, 'sendMessage', { chatRoomId, content: 'Hi!', senderId: receiver.id });
    expect(answer).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
  });

  it.each([
    ['empty words', { content: ' \n ' }, '/content'],
    ['too many words', { content: 'x'.repeat(8001) }, '/content'],
    ['a control character', { content: 'a\u0007b' }, '/content'],
    ['a type that needs attachments', { messageType: 'image' }, '/messageType'],
    ['a type that is never a client’s', { messageType: 'system' }, '/messageType'],
    ['an unknown field', { colour: 'red' }, '/'],
    ['an id that is none', { chatRoomId: 'nowhere' }, '/chatRoomId'],
    ['an unusable clientMessageId', { clientMessageId: 'a b' }, '/clientMessageId'],
  ])('when it carries %s, answers VALIDATION_FAILED with the place', async (_what, fields, path) => {
    const { chatRoomId, from } = await twoPeople();
    const answer = await ask(from, 'sendMessage', { chatRoomId, content: 'fine', ...fields });
    expect(answer).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED', retryable: false } });
    expect(answer.error.details[0].path.startsWith(path)).toBe(true);
  });

  it('when a person sends more than the burst, answers RATE_LIMITED with a time and then lets them go on', async () => {
    const { chatRoomId, from } = await twoPeople();
    const sends = Array.from({ length: 6 }, (_, n) => ask(from, 'sendMessage', { chatRoomId, content: `${n}` }));
    const answers = await Promise.all(sends);
    expect(answers.slice(0, 5).every(({ ok }) => ok)).toBe(true);
    expect(answers[5]).toMatchObject({ ok: false, error: { code: 'RATE_LIMITED', retryable: true } });
    expect(answers[5].error.retryAfterMs).toBeGreaterThan(0);
    await eventually(async () => {
      expect(await ask(from, 'sendMessage', { chatRoomId, content: 'later' })).toMatchObject({ ok: true });
    });
  });
});

describe('room.read', () => {
  const readAt = '2026-01-02T03:04:05.678Z';

  it('in a direct room, reaches every socket of both people', async () => {
    const { sender, receiver, chatRoomId, from, to } = await twoPeople();
    const marks = [{ userId: receiver.id, lastReadSeq: 3, readAt }];
    const directParticipantIds = [sender.id, receiver.id];
    await campus.messages.announce('room.read', { chatRoomId, roomType: 'direct', directParticipantIds, marks });
    const expected = [{ chatRoomId, userId: receiver.id, lastReadSeq: 3, readAt }];
    await eventually(() => expect(heardOf(from, 'messagesRead')).toEqual(expected));
    await eventually(() => expect(heardOf(to, 'messagesRead')).toEqual(expected));
  });

  it('when the two may not message each other any more, reaches the reader alone', async () => {
    const { sender, receiver, chatRoomId, from, to } = await twoPeople();
    campus.messages.strangers.add(receiver.id);
    const marks = [{ userId: receiver.id, lastReadSeq: 3, readAt }];
    const directParticipantIds = [sender.id, receiver.id];
    let asked = false;
    campus.messages.holdAnswers(async (name) => {
      asked ||= name === 'people.pairs';
    });
    await campus.messages.announce('room.read', { chatRoomId, roomType: 'direct', directParticipantIds, marks });
    await eventually(() => expect(heardOf(to, 'messagesRead')).toHaveLength(1));
    await eventually(() => expect(asked).toBe(true));
    // Asked after the pair, and so answered after it.
    await ask(from, 'joinRoom', chatRoomId);
    await settle(from);
    expect(heardOf(from, 'messagesRead')).toEqual([]);
    campus.messages.holdAnswers(async () => undefined);
  });

  it('in a room of many, reaches those who joined and the reader, once each', async () => {
    const [reader, joined, away] = [campus.person(), campus.person(), campus.person()];
    const chatRoomId = campus.messages.addRoom([reader.id, joined.id, away.id], 'group');
    const readerSocket = await campus.connect(reader);
    const joinedSocket = await campus.connect(joined);
    const awaySocket = await campus.connect(away);
    await ask(readerSocket, 'joinRoom', chatRoomId);
    await ask(joinedSocket, 'joinRoom', chatRoomId);
    const marks = [{ userId: reader.id, lastReadSeq: 1, readAt }];
    await campus.messages.announce('room.read', { chatRoomId, roomType: 'group', directParticipantIds: null, marks });
    await eventually(() => expect(heardOf(joinedSocket, 'messagesRead')).toHaveLength(1));
    await settle(readerSocket);
    await settle(awaySocket);
    expect(heardOf(readerSocket, 'messagesRead')).toHaveLength(1);
    expect(heardOf(awaySocket, 'messagesRead')).toHaveLength(0);
  });
});

describe('an event of a type that is not known yet', () => {
  it('is passed over, and the stream goes on', async () => {
    const { chatRoomId, from, to } = await twoPeople();
    await campus.messages.announceUnknown(chatRoomId, 'room.painted');
    expect(await ask(from, 'sendMessage', { chatRoomId, content: 'still here' })).toMatchObject({ ok: true });
    await eventually(() => expect(messagesOf(to)).toEqual(['new_message 1']));
  });
});
