import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Acknowledgement,
  type ClientEventName,
  clientEvents,
  type ErrorBody,
  type ErrorCode,
  type RoomMessage,
  toDirectMessage,
  toErrorBody,
} from '@hallway/contracts';
import { type Socket, Server as SocketServer } from 'socket.io';
import { Value } from 'typebox/value';
import { answerHttp, type Post } from './contract-server-http.ts';
import { type Campus, createCampus, type RoomOnServer } from './contract-server-rooms.ts';

/** What a test can make go wrong. Each is undone by setting it back. */
export interface Faults {
  /** Stores sends and says nothing, so many times. */
  loseAcknowledgements: number;
  /** Answers sends with this instead of storing them, until it is null or so many were refused. */
  refuseSends: { error: ErrorBody; times: number } | null;
  /** The same for sends by HTTP. */
  refusePosts: { error: ErrorBody; times: number } | null;
  /** Stores sends by HTTP and breaks the connection instead of answering, so many times. */
  loseAnswers: number;
  /** How long a send by either door is on its way before it is stored. */
  sendDelayMs: () => number;
  /** What `resume` says about coming back; nothing when undefined, as from an older gateway. */
  reconnectSpreadMs: number | undefined;
  /** What every `resume` is answered with. */
  refuseResumes: ErrorBody | null;
  /** Whether `resume` names the rooms that it was not asked for, as a gateway that knows them does. */
  nameOthers: boolean;
  /** What has to end before a `resume` is answered. */
  holdResumes: Promise<void> | null;
  /** Live messages that are never delivered. */
  dropLive: (message: RoomMessage) => boolean;
  /** Live messages that are delivered twice. */
  doubleLive: boolean;
  refuseConnections: ErrorBody | null;
  /** Every HTTP request fails as if a proxy had nobody behind it. */
  httpDown: boolean;
}

export interface Heard {
  event: string;
  payload: unknown;
  userId: string;
  at: number;
}

export interface ContractServer {
  origin: string;
  campus: Campus;
  faults: Faults;
  heard: Heard[];
  requests: string[];
  /** Messages that came while an earlier one of their sender and room was on its way and not stored. */
  overtakings: string[];
  connections: () => number;
  /** Writes as a person who is not a client of this test. */
  write(senderId: string, chatRoomId: string, content: string): RoomMessage;
  emitTo(userId: string, event: string, payload: unknown): void;
  /** Cuts every transport without a word. */
  cut(): void;
  drain(reconnectInMs: number): void;
  endSession(userId: string, reason: string): void;
  close(): Promise<void>;
}

export function fault(code: ErrorCode, retryAfterMs?: number): ErrorBody {
  return toErrorBody({ code, requestId: 'test', retryAfterMs });
}

/** A small Hallway in one process that keeps to the wire contract: for what a client does, not for what a server is. */
export async function startContractServer(): Promise<ContractServer> {
  const campus = createCampus();
  const faults: Faults = {
    ...{ loseAcknowledgements: 0, refuseSends: null, dropLive: () => false },
    ...{ refuseResumes: null, refusePosts: null, loseAnswers: 0, reconnectSpreadMs: undefined, sendDelayMs: () => 0 },
    ...{ nameOthers: false, holdResumes: null, doubleLive: false, refuseConnections: null, httpDown: false },
  };
  const [heard, requests]: [Heard[], string[]] = [[], []];
  const http = createServer((request, response) => void onRequest(request, response));
  const io = new SocketServer(http, { transports: ['websocket'] });
  const context: Context = { io, campus, faults, heard, onTheirWay: new Set(), overtakings: [] };

  async function onRequest(request: IncomingMessage, response: ServerResponse) {
    requests.push(`${request.method} ${request.url}`);
    if (faults.httpDown) {
      response.writeHead(502).end('<html>Bad Gateway</html>');
      return;
    }
    if (request.url === '/api/auth/logout') await announceLogout(request.headers.authorization);
    await answerHttp({ campus, post: (userId, sent) => post(context, userId, sent) }, request, response);
  }

  /** Sockets hear of it before the answer arrives, as they do from a gateway. */
  async function announceLogout(authorization = ''): Promise<void> {
    const userId = campus.userOfToken(authorization.replace('Bearer ', ''));
    if (userId === null) return;
    io.to(`user:${userId}`).emit('sessionEnded', { reason: 'signed-out' });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  function cut() {
    for (const socket of io.sockets.sockets.values()) socket.conn.close();
  }

  io.use((socket, next) => {
    const userId = campus.userOfToken(socket.handshake.auth.token);
    const refusal = faults.refuseConnections ?? (userId === null ? fault('UNAUTHENTICATED') : null);
    socket.data.userId = userId;
    next(
      refusal === null ? undefined : Object.assign(new Error(refusal.code), { data: { ok: false, error: refusal } }),
    );
  });
  io.on('connection', (socket) => serveSocket(context, socket));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    ...{ campus, faults, heard, requests, overtakings: context.overtakings },
    ...{ origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}` },
    connections: () => io.sockets.sockets.size,
    write: (senderId, chatRoomId, content) => {
      const sent = campus.send(senderId, { chatRoomId, content, clientMessageId: crypto.randomUUID() });
      deliver(context, sent.room, sent.message);
      return sent.message;
    },
    emitTo: (userId, event, payload) => void io.to(`user:${userId}`).emit(event, payload),
    cut,
    drain(reconnectInMs) {
      io.emit('serverDraining', { reconnectInMs });
      setTimeout(cut, 10);
    },
    endSession(userId, reason) {
      campus.endSessions(userId);
      io.to(`user:${userId}`).emit('sessionEnded', { reason });
      io.in(`user:${userId}`).disconnectSockets();
    },
    close: () => io.close(),
  };
}

interface Context {
  io: SocketServer;
  campus: Campus;
  faults: Faults;
  heard: Heard[];
  onTheirWay: Set<Send>;
  overtakings: string[];
}

interface Send extends Post {
  userId: string;
}

/** What came by a door takes its time, and must not be overtaken by the next of its sender and room. */
async function takeItsTime({ campus, faults, onTheirWay, overtakings }: Context, send: Send): Promise<void> {
  const log = campus.rooms.get(send.chatRoomId)?.log ?? [];
  for (const { userId, chatRoomId, clientMessageId } of onTheirWay) {
    const isEarlier = chatRoomId === send.chatRoomId && userId === send.userId;
    const isStored = log.some((message) => message.clientMessageId === clientMessageId);
    if (isEarlier && clientMessageId !== send.clientMessageId && !isStored) overtakings.push(send.content);
  }
  const ms = faults.sendDelayMs();
  if (ms === 0) return;
  onTheirWay.add(send);
  await new Promise((resolve) => setTimeout(resolve, ms));
  onTheirWay.delete(send);
}

type Answer<E extends ClientEventName> = Omit<Extract<Acknowledgement<E>, { ok: true }>, 'ok'>;

function serveSocket(context: Context, socket: Socket) {
  const { campus, heard } = context;
  const userId: string = socket.data.userId;
  void socket.join(`user:${userId}`);
  socket.onAny((event: ClientEventName, payload, acknowledge?: (answer: unknown) => void) => {
    heard.push({ event, payload, userId, at: Date.now() });
    if (!Value.Check(clientEvents[event], payload)) throw new Error(`${event}: ${JSON.stringify(payload)}`);
    const respond = () => {
      const answer = answerEvent(context, socket, { event, payload: payload as never });
      if (answer !== null) acknowledge?.('code' in answer ? { ok: false, error: answer } : { ok: true, ...answer });
    };
    if (event === 'resume' && context.faults.holdResumes !== null) void context.faults.holdResumes.then(respond);
    else if (event === 'sendMessage') void takeItsTime(context, { ...(payload as Post), userId }).then(respond);
    else respond();
  });
  socket.on('disconnect', () => campus.watches.delete(socket.id));
}

function answerEvent(context: Context, socket: Socket, { event, payload }: { event: string; payload: never }) {
  const answers: Record<string, (c: Context, s: Socket, p: never) => object | null> = {
    ...{ joinRoom, resume, sendMessage, markRead, leaveRoom, typing, watchPresence },
    refreshSession: () => ({ expiresIn: 600 }),
  };
  return answers[event]?.(context, socket, payload) ?? null;
}

function joinRoom({ campus }: Context, socket: Socket, payload: { chatRoomId: string; afterSeq?: number }) {
  const room = campus.accessRoom(socket.data.userId, payload.chatRoomId);
  if (room === null) return fault('NOT_FOUND');
  void socket.join(`room:${room.chatRoom.id}`);
  const { chatRoom, ...missed } = campus.catchUp(room, socket.data.userId, payload.afterSeq);
  return { chatRoom, ...missed, online: [] } satisfies Answer<'joinRoom'>;
}

function resume({ campus, faults }: Context, socket: Socket, payload: { rooms: Record<string, number> }) {
  if (faults.refuseResumes !== null) return faults.refuseResumes;
  const answer: Answer<'resume'> = { rooms: {}, gone: [] };
  for (const [chatRoomId, afterSeq] of Object.entries(payload.rooms)) {
    const room = campus.accessRoom(socket.data.userId, chatRoomId);
    if (room === null) {
      answer.gone.push(chatRoomId);
      continue;
    }
    void socket.join(`room:${chatRoomId}`);
    answer.rooms[chatRoomId] = campus.catchUp(room, socket.data.userId, afterSeq);
  }
  const mine = [...campus.rooms.values()].filter(({ chatRoom }) =>
    chatRoom.participants.some(({ id }) => id === socket.data.userId),
  );
  const others = mine.map(({ chatRoom }) => chatRoom.id).filter((id) => payload.rooms[id] === undefined);
  return {
    ...answer,
    ...(faults.nameOthers ? { others } : {}),
    ...(faults.reconnectSpreadMs === undefined ? {} : { reconnectSpreadMs: faults.reconnectSpreadMs }),
  };
}

function sendMessage(
  context: Context,
  socket: Socket,
  payload: { chatRoomId: string; content: string; clientMessageId: string },
) {
  const { campus, faults } = context;
  if (faults.refuseSends !== null && faults.refuseSends.times > 0) {
    faults.refuseSends.times -= 1;
    return faults.refuseSends.error;
  }
  if (campus.accessRoom(socket.data.userId, payload.chatRoomId) === null) return fault('NOT_FOUND');
  const { message, duplicate, room } = campus.send(socket.data.userId, payload);
  if (!duplicate) deliver(context, room, message);
  if (faults.loseAcknowledgements === 0) return { message, duplicate } satisfies Answer<'sendMessage'>;
  faults.loseAcknowledgements -= 1;
  return null;
}

/** The other door. It is heard like an event, so that a test sees both doors in one order. */
async function post(context: Context, userId: string, payload: Post): Promise<RoomMessage | ErrorBody | null> {
  const { campus, faults, heard } = context;
  heard.push({ event: 'POST message', payload, userId, at: Date.now() });
  await takeItsTime(context, { ...payload, userId });
  if (faults.refusePosts !== null && faults.refusePosts.times > 0) {
    faults.refusePosts.times -= 1;
    return faults.refusePosts.error;
  }
  if (campus.accessRoom(userId, payload.chatRoomId) === null) return fault('NOT_FOUND');
  const { message, duplicate, room } = campus.send(userId, payload);
  if (!duplicate) deliver(context, room, message);
  if (faults.loseAnswers === 0) return message;
  faults.loseAnswers -= 1;
  return null;
}

function markRead({ campus, io }: Context, socket: Socket, payload: { chatRoomId: string; upToSeq: number }) {
  const userId: string = socket.data.userId;
  const room = campus.accessRoom(userId, payload.chatRoomId);
  if (room === null) return fault('NOT_FOUND');
  const lastReadSeq = campus.markRead(room, userId, payload.upToSeq);
  const readAt = new Date().toISOString();
  for (const memberId of room.memberIds) {
    io.to(`user:${memberId}`).emit('messagesRead', { chatRoomId: room.chatRoom.id, userId, lastReadSeq, readAt });
  }
  return { lastReadSeq, unread: room.chatRoom.lastSeq - lastReadSeq } satisfies Answer<'markRead'>;
}

function leaveRoom(_: Context, socket: Socket, { chatRoomId }: { chatRoomId: string }) {
  void socket.leave(`room:${chatRoomId}`);
  return {};
}

function typing(_: Context, socket: Socket, { chatRoomId, isTyping }: { chatRoomId: string; isTyping: boolean }) {
  socket.to(`room:${chatRoomId}`).emit('typing', { chatRoomId, userId: socket.data.userId, isTyping });
  return {};
}

function watchPresence({ campus }: Context, socket: Socket, { userIds }: { userIds: string[] }) {
  campus.watches.set(socket.id, userIds);
  return { online: userIds.filter((userId) => campus.online.has(userId)) } satisfies Answer<'watchPresence'>;
}

/** `receiveMessage` to the sockets in the room, `new_message` to the other sockets of its members. */
function deliver({ io, faults }: Context, room: RoomOnServer, message: RoomMessage) {
  if (faults.dropLive(message)) return;
  const inRoom = `room:${room.chatRoom.id}`;
  for (let time = 0; time < (faults.doubleLive ? 2 : 1); time += 1) {
    io.to(inRoom).emit('receiveMessage', message);
    const people = room.memberIds.map((memberId) => `user:${memberId}`);
    io.to(people).except(inRoom).emit('new_message', toDirectMessage(message));
  }
}
