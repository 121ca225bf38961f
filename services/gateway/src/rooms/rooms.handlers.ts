import type { Ask } from '@hallway/bus';
import { type CatchUp, type ClientEventAnswers, limits, socketRooms } from '@hallway/contracts';
import { AppError } from '@hallway/platform';
import type { ClientCall, RegisterHandler } from '../sockets/event-dispatcher.ts';
import type { GatewaySocket } from '../sockets/gateway-socket.ts';
import type { MemberIndex } from './member-index.ts';
import { whileJoined } from './while-joined.ts';

export interface RoomHandlerDeps {
  ask: Ask;
  index: MemberIndex;
  onlineAmong: (userIds: string[]) => Promise<Set<string>>;
  /** Over how long the sockets here are to come back when all go at once. */
  reconnectSpreadMs: () => number;
}

export function registerRoomHandlers(registerHandler: RegisterHandler, deps: RoomHandlerDeps): void {
  registerHandler('joinRoom', (call) => joinRoom(call, deps));
  registerHandler('leaveRoom', leaveRoom);
  registerHandler('resume', (call) => resume(call, deps));
  registerHandler('markRead', (call) => markRead(call, deps));
}

// Of one socket: one that is worked on and one that waits, as when a resync comes while a client resumes already. A third
// could only bring what the second brings.
const resumesAtOnce = 2;
const resumeRetryAfterMs = 1000;
// No room: what all `resume`s of a socket share, so that they follow each other.
const resumeTurn = 'resume';

/**
 * Opens a chat room for live messages and brings what is missing.
 * Someone who is not known as a member here, as in a room that was made a moment ago, is joined only after the message
 * service has said yes, and then asks again: a stranger must not hear a word, and a member must not miss one.
 */
async function joinRoom(
  { socket, caller, payload }: ClientCall<'joinRoom'>,
  { ask, index, onlineAmong }: RoomHandlerDeps,
): Promise<ClientEventAnswers['joinRoom']> {
  const wanted = typeof payload === 'string' ? { chatRoomId: payload } : payload;
  const open = () => ask('room.open', { ...wanted, userId: caller.sub });
  const { chatRoom, memberIds, ...missing } = await inTurn(socket, [wanted.chatRoomId], async () => {
    if (!index.isMember(wanted.chatRoomId, caller.sub)) {
      const removals = index.removalsOf(caller.sub);
      await open();
      index.addIfUnchanged(wanted.chatRoomId, caller.sub, removals);
    }
    return whileJoined(socket, [wanted.chatRoomId], open);
  });
  // In a room with more members than can be watched, the ones beyond are a number on a screen, not dots.
  const online = await onlineAmong(memberIds.slice(0, limits.watchedPeople));
  return { chatRoom, ...toCatchUp(missing), online: [...online] };
}

async function leaveRoom({ socket, payload }: ClientCall<'leaveRoom'>): Promise<ClientEventAnswers['leaveRoom']> {
  const chatRoomId = typeof payload === 'string' ? payload : payload.chatRoomId;
  await inTurn(socket, [chatRoomId], () => socket.leave(socketRooms.chatRoom(chatRoomId)));
  return {};
}

/** Follows the earlier joins, leaves and resumes of the same rooms; what a socket asked for that has gone is not begun. */
function inTurn<T>(socket: GatewaySocket, keys: readonly string[], work: () => Promise<T> | T): Promise<T> {
  return socket.data.inTurn(keys, () => {
    if (!socket.connected) throw new AppError({ code: 'TEMPORARILY_UNAVAILABLE', internal: 'the socket has gone' });
    return work();
  });
}

async function resume(call: ClientCall<'resume'>, deps: RoomHandlerDeps): Promise<ClientEventAnswers['resume']> {
  const { socket, payload } = call;
  const chatRoomIds = Object.keys(payload.rooms);
  // Who has no room to resume asks for the spread alone, which no store knows.
  if (chatRoomIds.length === 0) return { rooms: {}, gone: [], reconnectSpreadMs: deps.reconnectSpreadMs() };
  if (socket.data.resumes >= resumesAtOnce) {
    throw new AppError({ code: 'RATE_LIMITED', internal: 'too many resumes wait', retryAfterMs: resumeRetryAfterMs });
  }
  socket.data.resumes += 1;
  try {
    const missed = await inTurn(socket, [resumeTurn, ...chatRoomIds], () => resumeRooms(call, deps));
    return { ...missed, ...findOthers(call, deps), reconnectSpreadMs: deps.reconnectSpreadMs() };
  } finally {
    socket.data.resumes -= 1;
  }
}

/** The rooms of the person that a `resume` did not name, where they are known and few enough to be told. */
function findOthers(
  { caller, payload }: ClientCall<'resume'>,
  { index }: RoomHandlerDeps,
): Pick<ClientEventAnswers['resume'], 'others'> {
  const rooms = index.roomsOf(caller.sub);
  if (rooms === null || rooms.size > 2 * limits.resumeRooms) return {};
  const others = [...rooms].filter((chatRoomId) => payload.rooms[chatRoomId] === undefined);
  return others.length > limits.resumeRooms ? {} : { others };
}

/** Like `joinRoom` for many rooms at once: known memberships are joined before asking, the others after a yes. */
async function resumeRooms(
  { socket, caller, payload }: ClientCall<'resume'>,
  { ask, index }: RoomHandlerDeps,
): Promise<ClientEventAnswers['resume']> {
  const askFor = (chatRoomIds: string[]) => {
    const rooms = Object.fromEntries(chatRoomIds.map((chatRoomId) => [chatRoomId, payload.rooms[chatRoomId] ?? 0]));
    const { changedSince } = payload;
    return ask('rooms.resume', { userId: caller.sub, rooms, ...(changedSince === undefined ? {} : { changedSince }) });
  };
  const wanted = Object.keys(payload.rooms);
  const known = wanted.filter((chatRoomId) => index.isMember(chatRoomId, caller.sub));
  const removals = index.removalsOf(caller.sub);
  const first = await whileJoined(socket, known, () => askFor(wanted));
  const granted = Object.keys(first.rooms).filter((chatRoomId) => !known.includes(chatRoomId));
  for (const chatRoomId of granted) index.addIfUnchanged(chatRoomId, caller.sub, removals);
  const second =
    granted.length > 0
      ? await whileJoined(socket, granted, () => askFor(granted))
      : { rooms: {}, gone: [] as string[] };
  const gone = [...new Set([...first.gone, ...second.gone])];
  for (const chatRoomId of gone) void socket.leave(socketRooms.chatRoom(chatRoomId));
  const rooms = Object.entries({ ...first.rooms, ...second.rooms }).filter(
    ([chatRoomId]) => !gone.includes(chatRoomId),
  );
  return {
    rooms: Object.fromEntries(rooms.map(([chatRoomId, missing]) => [chatRoomId, toCatchUp(missing)])),
    gone,
    ...(first.asOf === undefined ? {} : { asOf: first.asOf }),
  };
}

async function markRead(
  { caller, payload }: ClientCall<'markRead'>,
  { ask }: RoomHandlerDeps,
): Promise<ClientEventAnswers['markRead']> {
  const { lastReadSeq, unread } = await ask('room.mark-read', { ...payload, userId: caller.sub });
  return { lastReadSeq, unread };
}

/** Only what the contract names crosses the wire, whatever else a newer message service may answer. */
function toCatchUp({ lastSeq, lastReadSeq, messages, complete, changed }: CatchUp): CatchUp {
  return { lastSeq, lastReadSeq, messages, complete, ...(changed === undefined ? {} : { changed }) };
}
