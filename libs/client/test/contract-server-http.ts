import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { type ErrorBody, type ErrorCode, errorCatalogue, type RoomMessage, toErrorBody } from '@hallway/contracts';
import { type Campus, password } from './contract-server-rooms.ts';

interface Reply {
  body?: unknown;
  cookie?: string;
}
export interface Post {
  chatRoomId: string;
  content: string;
  clientMessageId: string;
}
export interface HttpContext {
  campus: Campus;
  /** Sends by HTTP; null stands for an answer that gets lost. */
  post: (userId: string, post: Post) => Promise<RoomMessage | ErrorBody | null>;
}
interface Asked {
  url: URL;
  body: { username?: string; password?: string; participantId?: string } & Partial<Post>;
  cookie: string;
  userId: string | null;
}

class Refusal extends Error {
  readonly code: ErrorCode;
  readonly body: ErrorBody;
  constructor(code: ErrorCode, body = toErrorBody({ code, requestId: 'test' })) {
    super(code);
    this.code = code;
    this.body = body;
  }
}

/** The routes that the client asks, as the contract has them. */
export async function answerHttp(
  context: HttpContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const reply = await answer(context, `${request.method}`, await readRequest(context.campus, request));
    if (reply === null) return void response.destroy();
    if (reply.cookie !== undefined) response.setHeader('set-cookie', `hallway_refresh=${reply.cookie}; Path=/api/auth`);
    response.writeHead(reply.body === undefined ? 204 : 200, { 'content-type': 'application/json' });
    response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
  } catch (cause) {
    const { code, body } = cause instanceof Refusal ? cause : new Refusal('INTERNAL');
    response.writeHead(errorCatalogue[code].status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: body }));
  }
}

async function readRequest(campus: Campus, request: IncomingMessage): Promise<Asked> {
  const sent = await text(request);
  return {
    url: new URL(request.url ?? '/', 'http://hallway'),
    body: sent === '' ? {} : JSON.parse(sent),
    cookie: /hallway_refresh=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '',
    userId: campus.userOfToken(request.headers.authorization?.replace('Bearer ', '')),
  };
}

async function answer(context: HttpContext, method: string, asked: Asked): Promise<Reply | null> {
  const { campus } = context;
  const { pathname } = asked.url;
  if (pathname === '/api/auth/login') return login(campus, asked);
  if (pathname === '/api/auth/refresh') return refresh(campus, asked);
  if (asked.userId === null) throw new Refusal('UNAUTHENTICATED');
  if (pathname === '/api/auth/logout') {
    campus.endSessions(asked.userId);
    return {};
  }
  if (`${method} ${pathname}` === 'POST /api/message/message') return post(context, asked.userId, asked.body as Post);
  return { body: answerSignedIn(campus, `${method} ${pathname}`, { ...asked, userId: asked.userId }) };
}

async function post(context: HttpContext, userId: string, body: Post): Promise<Reply | null> {
  const { chatRoomId, content, clientMessageId } = body;
  const answered = await context.post(userId, { chatRoomId, content, clientMessageId });
  if (answered === null) return null;
  if ('code' in answered) throw new Refusal(answered.code, answered);
  return { body: { message: answered } };
}

function answerSignedIn(campus: Campus, route: string, { url, body, userId }: Asked & { userId: string }): unknown {
  if (route === 'GET /api/messages') return listConversations(campus, userId, url.searchParams);
  if (route === 'GET /api/directory/people') {
    const others = [...campus.people.values()].filter((person) => person.id !== userId);
    return { people: others.map((person) => ({ ...person, online: false, via: [] })), nextCursor: null };
  }
  if (route === 'POST /api/message/chat-room') return openRoom(campus, userId, body.participantId ?? '');
  const chatRoomId = /^GET \/api\/message\/chat-room\/(\w+)\/messages$/.exec(route)?.[1] ?? '';
  const room = campus.accessRoom(userId, chatRoomId);
  if (room === null) throw new Refusal('NOT_FOUND');
  return campus.history(room, userId, url.searchParams);
}

function listConversations(campus: Campus, userId: string, query: URLSearchParams) {
  const [limit, from] = [Number(query.get('limit') ?? 50), Number(query.get('cursor') ?? 0)];
  const all = campus.conversations(userId);
  const nextCursor = from + limit < all.length ? String(from + limit) : null;
  return { conversations: all.slice(from, from + limit), nextCursor };
}

function openRoom(campus: Campus, userId: string, participantId: string) {
  const ends = [campus.people.get(userId), campus.people.get(participantId)].filter((person) => person !== undefined);
  if (ends.length < 2) throw new Refusal('RECIPIENT_NOT_FOUND');
  const known = [...campus.rooms.values()].find((room) => ends.every((person) => room.memberIds.includes(person.id)));
  return { chatRoom: (known ?? campus.addRoom(ends)).chatRoom, created: known === undefined };
}

function login(campus: Campus, { body }: Asked): Reply {
  const user = [...campus.people.values()].find((person) => person.username === body.username);
  if (user === undefined || body.password !== password) throw new Refusal('INVALID_CREDENTIALS');
  return openSession(campus, user.id);
}

function refresh(campus: Campus, { cookie }: Asked): Reply {
  const userId = campus.takeCookie(cookie);
  if (userId === null) throw new Refusal('SESSION_ENDED');
  return openSession(campus, userId);
}

function openSession(campus: Campus, userId: string): Reply {
  const { token, cookie } = campus.openSession(userId);
  const user = campus.people.get(userId);
  return { cookie, body: { accessToken: token, expiresIn: campus.tokenLife.seconds, user } };
}
