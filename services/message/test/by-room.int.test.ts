import { randomBytes } from 'node:crypto';
import type { PublicUser } from '@hallway/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MessageFixture, startMessageFixture } from './message-fixture.ts';

let fixture: MessageFixture;
let chen: PublicUser;
let john: PublicUser;
let sarah: PublicUser;
let outsider: PublicUser;
let courseId: string;

beforeAll(async () => {
  fixture = await startMessageFixture();
  chen = await fixture.school.person('instructor', { name: 'Dr. Lin Chen' });
  john = await fixture.school.person('student', { name: 'John Park' });
  sarah = await fixture.school.person('student', { name: 'Sarah Ali' });
  outsider = await fixture.school.person('student', { name: 'Outsider' });
  ({ id: courseId } = await fixture.school.course({
    [chen.id]: 'instructor',
    [john.id]: 'student',
    [sarah.id]: 'student',
  }));
});
afterAll(() => fixture?.stop());

const openRoom = (from: PublicUser, body: object) => fixture.call(from, 'POST /api/message/chat-room', body);
const post = (from: PublicUser, body: object) => fixture.call(from, 'POST /api/message/message', body);

async function freshRoom() {
  const a = await fixture.school.person('student');
  const b = await fixture.school.person('student');
  await fixture.school.course({ [a.id]: 'student', [b.id]: 'student' });
  const { body } = await openRoom(a, { participantId: b.id });
  return { a, b, chatRoomId: body.chatRoom.id as string };
}

describe('POST /api/message/chat-room', () => {
  it('when fifty ask at once from both sides, makes one room', async () => {
    const a = await fixture.school.person('student');
    const b = await fixture.school.person('instructor');
    await fixture.school.course({ [a.id]: 'student', [b.id]: 'instructor' });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        index % 2 ? openRoom(a, { instructorId: b.id }) : openRoom(b, { studentId: a.id }),
      ),
    );
    expect(new Set(answers.map(({ body }) => body.chatRoom.id)).size).toBe(1);
    expect(answers.filter(({ status, body }) => status === 201 && body.created)).toHaveLength(1);
    expect(answers.filter(({ status, body }) => status === 200 && !body.created)).toHaveLength(49);
    const mine = await fixture.call(a, 'GET /api/messages');
    expect(mine.body.conversations).toHaveLength(1);
  });

  it('when a room is made, describes it with both people and remembers the course', async () => {
    const { status, body } = await openRoom(john, { instructorId: chen.id, courseId });
    expect(status).toBe(201);
    expect(body.chatRoom).toMatchObject({ type: 'direct', title: null, courseId, participantCount: 2, lastSeq: 0 });
    expect(body.chatRoom.participants.map((person: PublicUser) => person.id).sort()).toEqual([chen.id, john.id].sort());
    const again = await openRoom(chen, { participantId: john.id });
    expect([again.status, again.body.chatRoom.id]).toEqual([200, body.chatRoom.id]);
  });

  it.each([
    ['no person', () => ({})],
    ['two people', () => ({ participantId: sarah.id, studentId: sarah.id })],
    ['themselves', () => ({ participantId: john.id })],
    ['a course that does not exist', () => ({ participantId: sarah.id, courseId: randomBytes(12).toString('hex') })],
  ])('when the body names %s, answers VALIDATION_FAILED', async (_, body) => {
    const { status, body: answer } = await openRoom(john, body());
    expect([status, answer.error.code]).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('when nobody of the named role is there, answers RECIPIENT_NOT_FOUND', async () => {
    expect((await openRoom(john, { instructorId: sarah.id })).body.error.code).toBe('RECIPIENT_NOT_FOUND');
    expect((await openRoom(john, { studentId: randomBytes(12).toString('hex') })).body.error.code).toBe(
      'RECIPIENT_NOT_FOUND',
    );
  });

  it('when the policy refuses the pair, answers MESSAGING_NOT_ALLOWED', async () => {
    const { status, body } = await openRoom(john, { participantId: outsider.id });
    expect([status, body.error.code]).toEqual([403, 'MESSAGING_NOT_ALLOWED']);
  });
});

describe('POST /api/message/message', () => {
  it('when the ends are stated truly, stores the message with both models', async () => {
    const { body } = await openRoom(john, { instructorId: chen.id });
    const answer = await post(john, {
      chatRoomId: body.chatRoom.id,
      content: 'Good morning',
      senderId: john.id,
      receiverId: chen.id,
      senderModel: 'Student',
      receiverModel: 'Instructor',
    });
    expect(answer.status).toBe(201);
    expect(answer.body.message).toMatchObject({
      chatRoomId: body.chatRoom.id,
      senderId: john.id,
      senderModel: 'Student',
      receiverId: chen.id,
      receiverModel: 'Instructor',
      messageType: 'text',
      isRead: false,
      content: 'Good morning',
    });
  });

  it.each([
    ['receiverId', () => ({ receiverId: sarah.id })],
    ['senderModel', () => ({ senderModel: 'Admin' })],
    ['receiverModel', () => ({ receiverModel: 'Parent' })],
  ])('when %s is not true, answers VALIDATION_FAILED and stores nothing', async (field, statement) => {
    const { a, chatRoomId } = await freshRoom();
    const { status, body } = await post(a, { chatRoomId, content: 'hi', ...statement() });
    expect([status, body.error.code, body.error.details[0].path]).toEqual([400, 'VALIDATION_FAILED', `/${field}`]);
    expect((await fixture.call(a, `GET /api/message/chat-room/${chatRoomId}/messages`)).body.lastSeq).toBe(0);
  });

  it('when the sender is stated as somebody else, answers FORBIDDEN', async () => {
    const { a, b, chatRoomId } = await freshRoom();
    const { status, body } = await post(a, { chatRoomId, content: 'hi', senderId: b.id });
    expect([status, body.error.code]).toEqual([403, 'FORBIDDEN']);
  });

  it.each(['image', 'file', 'system'])(
    'when the type is %s and nothing is attached, answers VALIDATION_FAILED',
    async (messageType) => {
      const { a, chatRoomId } = await freshRoom();
      expect((await post(a, { chatRoomId, content: 'hi', messageType })).body.error.code).toBe('VALIDATION_FAILED');
    },
  );

  it('when it replies to a message of the room, keeps the reference; to any other, answers VALIDATION_FAILED', async () => {
    const one = await freshRoom();
    const other = await freshRoom();
    const first = await post(one.a, { chatRoomId: one.chatRoomId, content: 'question' });
    const reply = await post(one.b, { chatRoomId: one.chatRoomId, content: 'answer', replyTo: first.body.message.id });
    expect(reply.body.message.replyTo).toBe(first.body.message.id);
    const wrong = await post(other.a, {
      chatRoomId: other.chatRoomId,
      content: 'lost',
      replyTo: first.body.message.id,
    });
    expect(wrong.body.error.code).toBe('VALIDATION_FAILED');
  });

  it('when the sender is no member, answers like for a room that does not exist', async () => {
    const { chatRoomId } = await freshRoom();
    const inOthers = await post(outsider, { chatRoomId, content: 'hi' });
    const nowhere = await post(outsider, { chatRoomId: randomBytes(12).toString('hex'), content: 'hi' });
    const masked = ({ status, body }: typeof inOthers) => ({ status, ...body.error, requestId: '' });
    expect(masked(inOthers)).toEqual(masked(nowhere));
    expect(inOthers.status).toBe(404);
  });

  it('when the same id is used in another room, it is another message', async () => {
    const one = await freshRoom();
    const third = await fixture.school.person('student');
    await fixture.school.course({ [one.a.id]: 'student', [third.id]: 'student' });
    const { body } = await openRoom(one.a, { participantId: third.id });
    const first = await post(one.a, { chatRoomId: one.chatRoomId, content: 'one', clientMessageId: 'shared' });
    const second = await post(one.a, { chatRoomId: body.chatRoom.id, content: 'two', clientMessageId: 'shared' });
    expect([first.status, second.status]).toEqual([201, 201]);
  });
});

describe('GET /api/message/chat-room/:id/messages', () => {
  it('when the caller is no member, answers NOT_FOUND', async () => {
    const { chatRoomId } = await freshRoom();
    const { status, body } = await fixture.call(outsider, `GET /api/message/chat-room/${chatRoomId}/messages`);
    expect([status, body.error.code]).toEqual([404, 'NOT_FOUND']);
  });

  it('when the institution’s admin is no member, answers NOT_FOUND too', async () => {
    const admin = await fixture.school.person('admin');
    const { chatRoomId } = await freshRoom();
    expect((await fixture.call(admin, `GET /api/message/chat-room/${chatRoomId}/messages`)).status).toBe(404);
  });

  it('when asked for history, answers the room, the head and the caller’s mark', async () => {
    const { a, b, chatRoomId } = await freshRoom();
    for (const content of ['1', '2', '3']) await post(a, { chatRoomId, content });
    const { body } = await fixture.call(b, `GET /api/message/chat-room/${chatRoomId}/messages?after=1`);
    expect(body).toMatchObject({ lastSeq: 3, lastReadSeq: 0, chatRoom: { id: chatRoomId, lastSeq: 3 } });
    expect(body.messages.map((message: { content: string }) => message.content)).toEqual(['2', '3']);
  });
});

describe('GET /api/message/course/:courseId/:currentChatRoomId', () => {
  const people = (user: PublicUser, room = 'none') => fixture.call(user, `GET /api/message/course/${courseId}/${room}`);

  it('when an instructor asks, lists every student with room, last message and unread', async () => {
    const { body } = await openRoom(sarah, { instructorId: chen.id });
    await post(sarah, { chatRoomId: body.chatRoom.id, content: 'A question' });
    const answer = await people(chen, body.chatRoom.id);
    expect(answer.body.students.map((student: PublicUser) => student.name)).toEqual(['John Park', 'Sarah Ali']);
    expect(answer.body.students[1]).toMatchObject({
      chatRoomId: body.chatRoom.id,
      unread: 1,
      online: false,
      lastMessage: { content: 'A question' },
    });
    expect(answer.body.currentChatRoom.id).toBe(body.chatRoom.id);
    expect(answer.body.course.id).toBe(courseId);
  });

  it('when a student asks, leaves themselves out', async () => {
    const { body } = await people(john);
    expect(body.students.map((student: PublicUser) => student.id)).toEqual([sarah.id]);
    expect(body.currentChatRoom).toBeNull();
  });

  it('when the caller is no member, or the current room is foreign, answers NOT_FOUND', async () => {
    const { chatRoomId } = await freshRoom();
    expect((await people(outsider)).status).toBe(404);
    expect((await people(john, chatRoomId)).status).toBe(404);
    expect((await people(john, 'nonsense')).status).toBe(404);
  });
});
