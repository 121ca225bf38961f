import { randomBytes, randomUUID } from 'node:crypto';
import type { PublicUser } from '@hallway/contracts';
import { eventually } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toObjectId } from '../src/object-ids.ts';
import { type MessageFixture, startMessageFixture } from './message-fixture.ts';

let fixture: MessageFixture;
let john: PublicUser;
let sarah: PublicUser;
let stranger: PublicUser;

beforeAll(async () => {
  fixture = await startMessageFixture();
  john = await fixture.school.person('student', { name: 'John Park' });
  sarah = await fixture.school.person('student', { name: 'Sarah Ali' });
  stranger = await fixture.school.person('student', { name: 'Stranger' });
  await fixture.school.course({ [john.id]: 'student', [sarah.id]: 'student' });
});
afterAll(() => fixture?.stop());

const send = (from: PublicUser, to: PublicUser, ...[text, clientMessageId]: [string, string?]) =>
  fixture.call(from, 'POST /api/messages', { to: to.id, text, ...(clientMessageId ? { clientMessageId } : {}) });

async function pair() {
  const a = await fixture.school.person('student');
  const b = await fixture.school.person('student');
  await fixture.school.course({ [a.id]: 'student', [b.id]: 'student' });
  return [a, b] as const;
}

describe('POST /api/messages', () => {
  it('when the pair may write, stores the message exactly as sent and answers 201', async () => {
    const text = '  Hi <b>Sarah</b>!\n\tسلام 👋  ';
    const { status, body } = await send(john, sarah, text, 'first-1');
    expect(status).toBe(201);
    expect(body.message).toMatchObject({
      from: john.id,
      to: sarah.id,
      text,
      read: false,
      seq: 1,
      clientMessageId: 'first-1',
    });
    expect(Object.keys(body.message).sort()).toEqual(
      ['chatRoomId', 'clientMessageId', 'createdAt', 'from', 'id', 'read', 'seq', 'text', 'to'].sort(),
    );
    const history = await fixture.call(sarah, `GET /api/messages/${john.id}`);
    expect(history.body.messages).toEqual([body.message]);
  });

  it('when the same clientMessageId comes again, answers 200 with the stored message and stores nothing', async () => {
    const [a, b] = await pair();
    const first = await send(a, b, 'once', 'again-1');
    const second = await send(a, b, 'once', 'again-1');
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body.message).toEqual(first.body.message);
    const history = await fixture.call(a, `GET /api/messages/${b.id}`);
    expect(history.body.lastSeq).toBe(1);
  });

  it('when the same clientMessageId comes with other words, answers CLIENT_MESSAGE_ID_REUSED and stores nothing', async () => {
    const [a, b] = await pair();
    await send(a, b, 'once', 'reused-1');
    const second = await send(a, b, 'twice', 'reused-1');
    expect([second.status, second.body.error.code]).toEqual([409, 'CLIENT_MESSAGE_ID_REUSED']);
    expect((await fixture.call(a, `GET /api/messages/${b.id}`)).body.lastSeq).toBe(1);
  });

  it('when forty equal sends arrive at once, stores one and gives all the same answer', async () => {
    const [a, b] = await pair();
    await fixture.call(a, 'POST /api/message/chat-room', { participantId: b.id });
    const answers = await Promise.all(Array.from({ length: 40 }, () => send(a, b, 'one of many', 'many-1')));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect((await fixture.call(a, `GET /api/messages/${b.id}`)).body.lastSeq).toBe(1);
  });

  it.each([
    ['an empty text', { text: ' \n\t ' }],
    ['a text that is too long', { text: 'x'.repeat(8001) }],
    ['a control character', { text: 'a\u0007b' }],
    ['a carriage return', { text: 'a\r\nb' }],
    ['an unknown field', { text: 'hi', colour: 'red' }],
    ['a malformed clientMessageId', { text: 'hi', clientMessageId: 'no spaces' }],
    ['no text', {}],
    ['a malformed recipient', { text: 'hi', to: 'sarah' }],
  ])('when the body has %s, answers VALIDATION_FAILED and says where', async (_, body) => {
    const { status, body: answer } = await fixture.call(john, 'POST /api/messages', { to: sarah.id, ...body });
    expect([status, answer.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(answer.error.details[0].path).toMatch(/^\//);
    expect(answer.error.retryable).toBe(false);
  });

  it('when 8,000 characters stand between blanks, accepts them', async () => {
    const { status } = await send(john, sarah, ` ${'y'.repeat(8000)} `);
    expect(status).toBe(201);
  });

  it('when the recipient is the sender, answers VALIDATION_FAILED', async () => {
    expect((await send(john, john, 'hello me')).body.error.code).toBe('VALIDATION_FAILED');
  });

  it('when nobody has the id, answers RECIPIENT_NOT_FOUND', async () => {
    const nobody = { ...sarah, id: randomBytes(12).toString('hex') };
    const { status, body } = await send(john, nobody, 'anyone?');
    expect([status, body.error.code]).toEqual([404, 'RECIPIENT_NOT_FOUND']);
  });

  it('when the recipient was deactivated, answers RECIPIENT_NOT_FOUND while the history stays readable', async () => {
    const [a, b] = await pair();
    await send(a, b, 'before');
    await fixture.school.deactivate(b.id);
    await eventually(async () => expect((await send(a, b, 'after')).body.error?.code).toBe('RECIPIENT_NOT_FOUND'));
    const history = await fixture.call(a, `GET /api/messages/${b.id}?before=2`);
    expect(history.body.messages.map((message: { text: string }) => message.text)).toEqual(['before']);
  });

  it('when the policy refuses the pair, answers MESSAGING_NOT_ALLOWED with a reason and makes no room', async () => {
    const { status, body } = await send(john, stranger, 'hello?');
    expect([status, body.error.code, body.error.details.reason]).toEqual([403, 'MESSAGING_NOT_ALLOWED', 'NOT_RELATED']);
    expect(await fixture.connection.collection('memberships').countDocuments({ userId: toObjectId(stranger.id) })).toBe(
      0,
    );
  });

  it('when the pair is no longer related, refuses the next message within seconds', async () => {
    const [a, b] = await pair();
    expect((await send(a, b, 'hi')).status).toBe(201);
    await fixture.school.leaveCourses(a.id);
    await eventually(async () => expect((await send(a, b, 'still?')).body.error?.code).toBe('MESSAGING_NOT_ALLOWED'));
  });

  it('when there is no token, answers UNAUTHENTICATED before it looks at the body', async () => {
    const { status, body, headers } = await fixture.call(null, 'POST /api/messages', '{');
    expect([status, body.error.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(headers.get('x-request-id')).toBe(body.error.requestId);
  });

  it('when the body is not JSON, answers VALIDATION_FAILED', async () => {
    expect((await fixture.call(john, 'POST /api/messages', '{"to":')).body.error.code).toBe('VALIDATION_FAILED');
  });

  it('when the body is over 64 KiB, answers PAYLOAD_TOO_LARGE', async () => {
    const { status, body } = await fixture.call(john, 'POST /api/messages', {
      to: sarah.id,
      text: 'z'.repeat(70_000),
    });
    expect([status, body.error.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it('when somebody sends too fast, answers RATE_LIMITED with a time and lets others send', async () => {
    const [a, b] = await pair();
    const answers = await Promise.all(Array.from({ length: 70 }, (_, index) => send(a, b, `fast ${index}`)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.body.error).toMatchObject({ code: 'RATE_LIMITED', retryable: true });
    expect(refused[0]?.body.error.retryAfterMs).toBeGreaterThan(0);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await send(b, a, 'calm')).status).toBe(201);
  });
});

describe('GET /api/messages/:userId', () => {
  it('when bounds are given, answers exactly the window between them, ascending', async () => {
    const [a, b] = await pair();
    for (let index = 1; index <= 9; index += 1) await send(index % 2 ? a : b, index % 2 ? b : a, `m${index}`);
    const seqs = async (query: string) =>
      (await fixture.call(a, `GET /api/messages/${b.id}?${query}`)).body.messages.map((m: { seq: number }) => m.seq);
    expect(await seqs('after=3&before=7')).toEqual([4, 5, 6]);
    expect(await seqs('limit=3')).toEqual([7, 8, 9]);
    expect(await seqs('before=4&limit=2')).toEqual([2, 3]);
    expect(await seqs('after=2&limit=2')).toEqual([3, 4]);
    expect(await seqs('after=9')).toEqual([]);
    expect(await seqs('before=1')).toEqual([]);
  });

  it.each(['limit=0', 'limit=201', 'limit=abc', 'before=0', 'after=-1'])(
    'when the query is %s, answers VALIDATION_FAILED',
    async (query) => {
      const { status, body } = await fixture.call(john, `GET /api/messages/${sarah.id}?${query}`);
      expect([status, body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    },
  );

  it('when the query has an unknown parameter, ignores it', async () => {
    expect((await fixture.call(john, `GET /api/messages/${sarah.id}?colour=red`)).status).toBe(200);
  });

  it('when nobody wrote yet, answers no room and no messages', async () => {
    const [a, b] = await pair();
    const { body } = await fixture.call(a, `GET /api/messages/${b.id}`);
    expect(body).toEqual({ chatRoomId: null, messages: [], lastSeq: 0, lastReadSeq: 0 });
  });

  it('when the person is a stranger, does not exist, or the id is malformed, answers the same NOT_FOUND', async () => {
    const ids = [stranger.id, randomBytes(12).toString('hex'), john.id, 'nonsense'];
    const answers = await Promise.all(ids.map((id) => fixture.call(john, `GET /api/messages/${id}`)));
    const bodies = answers.map(({ status, body }) => JSON.stringify({ status, ...body.error, requestId: '' }));
    expect(new Set(bodies).size).toBe(1);
    expect(answers[0]?.status).toBe(404);
  });
});

describe('GET /api/messages', () => {
  it('when there are several conversations, lists the latest first, page by page, with last message and unread', async () => {
    const a = await fixture.school.person('admin');
    const others = [];
    for (let index = 0; index < 5; index += 1) {
      const other = await fixture.school.person('student');
      others.push(other);
      await send(other, a, `hello ${index}`);
      await send(other, a, `again ${index}`);
    }
    const first = await fixture.call(a, 'GET /api/messages?limit=2');
    const second = await fixture.call(a, `GET /api/messages?limit=3&cursor=${first.body.nextCursor}`);
    expect(second.body.nextCursor).toBeNull();
    const all = [...first.body.conversations, ...second.body.conversations];
    expect(all.map((one) => one.with.id)).toEqual(others.map((other) => other.id).reverse());
    expect(all[0]).toMatchObject({ unread: 2, lastReadSeq: 0, lastMessage: { content: 'again 4', seq: 2 } });
    expect(all[0].chatRoom).toMatchObject({
      type: 'direct',
      title: null,
      courseId: null,
      participantCount: 2,
      lastSeq: 2,
    });
  });

  it('when the cursor was never given out, answers VALIDATION_FAILED', async () => {
    expect((await fixture.call(john, 'GET /api/messages?cursor=nonsense')).body.error.code).toBe('VALIDATION_FAILED');
  });
});

describe('POST /api/messages/:userId/read', () => {
  it('when a mark moves, unread is the difference, and a lower or too high mark is bounded', async () => {
    const [a, b] = await pair();
    for (const text of ['1', '2', '3', '4']) await send(a, b, text);
    const mark = async (body?: unknown) => (await fixture.call(b, `POST /api/messages/${a.id}/read`, body)).body;
    expect(await mark({ upToSeq: 2 })).toMatchObject({ lastReadSeq: 2, unread: 2 });
    expect(await mark({ upToSeq: 1 })).toMatchObject({ lastReadSeq: 2, unread: 2 });
    expect(await mark({ upToSeq: 99 })).toMatchObject({ lastReadSeq: 4, unread: 0 });
    const history = await fixture.call(a, `GET /api/messages/${b.id}`);
    expect(history.body.messages.every((message: { read: boolean }) => message.read)).toBe(true);
    expect(history.body).toMatchObject({ lastSeq: 4, lastReadSeq: 4 });
  });

  it('when there is no body, marks everything read', async () => {
    const [a, b] = await pair();
    await send(a, b, 'only');
    expect((await fixture.call(b, `POST /api/messages/${a.id}/read`)).body).toMatchObject({
      lastReadSeq: 1,
      unread: 0,
    });
  });

  it('when no room exists, answers zeros', async () => {
    const [a, b] = await pair();
    const { status, body } = await fixture.call(a, `POST /api/messages/${b.id}/read`, {});
    expect([status, body]).toEqual([200, { chatRoomId: null, lastReadSeq: 0, unread: 0 }]);
  });

  it('when somebody sends, their own mark follows', async () => {
    const [a, b] = await pair();
    await send(a, b, 'mine');
    await eventually(async () => {
      const { body } = await fixture.call(a, 'GET /api/messages');
      expect(body.conversations[0]).toMatchObject({ unread: 0, lastReadSeq: 1 });
    });
  });
});

describe('any route', () => {
  it('when it does not exist, answers NOT_FOUND with and without a token', async () => {
    for (const user of [john, null]) {
      const { status, body } = await fixture.call(user, 'GET /api/message/nothing/here/at/all');
      expect([status, body.error.code]).toEqual([404, 'NOT_FOUND']);
    }
  });

  it('when a request id is given, uses it where it has the right form', async () => {
    const token = fixture.issuer.issue(john, randomBytes(12).toString('hex'));
    const ask = async (id: string) => {
      const answer = await fetch(`${fixture.services[0]?.url}/api/messages`, {
        headers: { authorization: `Bearer ${token}`, 'x-request-id': id },
      });
      return answer.headers.get('x-request-id');
    };
    const good = randomUUID();
    expect(await ask(good)).toBe(good);
    expect(await ask('bad id with spaces')).not.toBe('bad id with spaces');
  });
});
