import type { EventBatch, PendingAnswers } from '@hallway/bus';
import {
  type DomainEvent,
  type DomainEventData,
  type DomainEventType,
  type RoomMessage,
  socketRooms,
  toDirectMessage,
} from '@hallway/contracts';
import type { Log, Tracing } from '@hallway/platform';
import type { GatewayMetrics } from '../gateway-metrics.ts';
import type { MayHear } from '../presence/pair-check.ts';
import type { MemberIndex } from '../rooms/member-index.ts';
import { type GatewayServer, localSizeOf, localSocketsIn } from '../sockets/gateway-socket.ts';
import type { IsNews } from './recent-messages.ts';

export interface FanOutDeps {
  io: GatewayServer;
  index: MemberIndex;
  isNews: IsNews;
  /** Whether something of one person may be told to the other. */
  mayHear: MayHear;
  pending: PendingAnswers;
  /** This process, as sends name it in their origin. */
  instance: string;
  metrics: GatewayMetrics;
  tracing: Tracing;
  log: Log;
}

/**
 * Brings stored events to the sockets of this gateway, and to no other: every gateway reads the same streams. Events are
 * applied in their order, each on its own: one that fails is logged, and the next still goes out.
 */
export function createFanOut(deps: FanOutDeps) {
  const { io, index, log } = deps;

  function concernsSomebodyHere({ header }: EventBatch): boolean {
    return (
      header.rooms.some((id) => index.membersHere(id).size > 0 || localSizeOf(io, socketRooms.chatRoom(id)) > 0) ||
      header.users.some((userId) => index.has(userId))
    );
  }

  return function fanOut(batch: EventBatch): void {
    if (!concernsSomebodyHere(batch)) {
      deps.metrics.fanouts.inc({ result: 'skipped-batch' });
      return;
    }
    for (const event of batch.events()) {
      try {
        applyEvent(event, deps);
      } catch (error) {
        log.error({ err: error, eventId: event.id, type: event.type }, 'an event could not be delivered');
      }
    }
  };
}

/** What each event means for the sockets here. */
const effects: { [T in DomainEventType]: (event: DomainEvent & { type: T }, deps: FanOutDeps) => void } = {
  'message.created': onMessageCreated,
  'message.updated': ({ data }, deps) => onMessageUpdated(data, deps),
  'room.read': ({ data }, deps) => onRoomRead(data, deps),
  'room.added': ({ data }, deps) => onRoomAdded(data, deps),
  'room.updated': ({ data }, deps) => onRoomUpdated(data, deps),
  'room.removed': ({ data }, deps) => onRoomRemoved(data, deps),
};

function applyEvent(event: DomainEvent, deps: FanOutDeps): void {
  const known = Object.hasOwn(effects, event.type);
  // During a rolling deploy a newer service may announce what this one does not know yet.
  if (!known) deps.log.debug({ type: event.type }, 'an unknown event was passed over');
  else (effects[event.type] as (event: DomainEvent, deps: FanOutDeps) => void)(event, deps);
}

/**
 * A message goes out once per socket: as `receiveMessage` where the room is open, as `new_message` to the members' other
 * sockets. The sender is answered after that: the acknowledgement cannot overtake the message on the sender's own socket,
 * and it leaves in the same turn anyway. It is answered also when the message was delivered before: an earlier
 * announcement may not have found this process.
 * In rooms of many only people who are certainly members hear anything, whatever rooms their sockets are in: a socket may have
 * joined in the moment of a removal.
 */
function onMessageCreated(event: DomainEvent & { type: 'message.created' }, deps: FanOutDeps): void {
  const { io, index, isNews, pending, instance, metrics, tracing } = deps;
  const { message, roomType, origin } = event.data;
  if (roomType === 'direct') indexBothPeople(message, index);
  if (isNews(message)) {
    const span = tracing.follow('fan out', 'consumer', event.traceparent);
    const open = socketRooms.chatRoom(message.chatRoomId);
    const members =
      roomType === 'direct' ? [...index.membersHere(message.chatRoomId)] : index.certainMembersHere(message.chatRoomId);
    const inboxes = members.map(socketRooms.user);
    const strangers = roomType === 'direct' ? [] : socketsOfOthers(io, open, members);
    if (localSizeOf(io, open) > 0) io.local.to(open).except(strangers).emit('receiveMessage', message);
    if (inboxes.length > 0) io.local.to(inboxes).except(open).emit('new_message', toDirectMessage(message));
    metrics.fanouts.inc({ result: 'delivered' });
    span.end();
    metrics.fanoutSeconds.observe(Math.max(0, Date.now() - Date.parse(event.occurredAt)) / 1000);
  } else {
    metrics.fanouts.inc({ result: 'repeated' });
  }
  if (origin?.instance === instance) {
    pending.settle({ requestId: origin.requestId, ok: true, value: { message, duplicate: false } });
  }
}

/** Ids of the sockets in a room whose people are not among these; each is a Socket.IO room of its own. */
function socketsOfOthers(io: GatewayServer, room: string, people: string[]): string[] {
  const known = new Set(people);
  return localSocketsIn(io, room)
    .filter((socket) => !known.has(socket.data.caller.sub))
    .map((socket) => socket.id);
}

/** To all sockets of all members: a list shows the message too. */
function onMessageUpdated(data: DomainEventData<'message.updated'>, { io, index }: FanOutDeps): void {
  const { message, roomType, hiddenFrom = [] } = data;
  if (roomType === 'direct') indexBothPeople(message, index);
  const hidden = new Set(hiddenFrom);
  const members = index.certainMembersHere(message.chatRoomId).filter((userId) => !hidden.has(userId));
  if (members.length > 0) io.local.to(members.map(socketRooms.user)).emit('messageUpdated', message);
}

function onRoomUpdated({ chatRoom }: DomainEventData<'room.updated'>, { io, index }: FanOutDeps): void {
  const members = index.certainMembersHere(chatRoom.id);
  if (members.length > 0) io.local.to(members.map(socketRooms.user)).emit('roomUpdated', { chatRoom });
}

/**
 * The two people of a direct room are its members whatever was announced of it: of two who open one room at once, the one
 * who found it made may write before the word of its making arrived here.
 */
function indexBothPeople({ chatRoomId, senderId, receiverId }: RoomMessage, index: MemberIndex): void {
  index.addMember(chatRoomId, senderId);
  if (receiverId !== null) index.addMember(chatRoomId, receiverId);
}

/**
 * In a direct room the other person hears of it as long as the two may message each other: a block ends that as well. Marks only
 * ever rise, so that one which is told a moment later than the next does no harm.
 */
function onRoomRead(data: DomainEventData<'room.read'>, deps: FanOutDeps): void {
  const { directParticipantIds, marks } = data;
  for (const mark of marks) {
    if (directParticipantIds === null) tellMark(data, mark, deps);
    else tellMarkToPair(data, { mark, people: directParticipantIds }, deps);
  }
}

type Mark = DomainEventData<'room.read'>['marks'][number];

/** To whoever has the room open, and the reader's own sockets. */
function tellMark({ chatRoomId }: DomainEventData<'room.read'>, { userId, ...mark }: Mark, { io }: FanOutDeps): void {
  const audience = [socketRooms.chatRoom(chatRoomId), socketRooms.user(userId)];
  io.local.to(audience).emit('messagesRead', { chatRoomId, userId, ...mark });
}

interface PairMark {
  mark: Mark;
  people: string[];
}

function tellMarkToPair(
  { chatRoomId }: DomainEventData<'room.read'>,
  { mark, people }: PairMark,
  { io, index, mayHear, log }: FanOutDeps,
): void {
  const { userId, lastReadSeq, readAt } = mark;
  const tell = (to: string) =>
    io.local.to(socketRooms.user(to)).emit('messagesRead', { chatRoomId, userId, lastReadSeq, readAt });
  tell(userId);
  for (const other of people.filter((id) => id !== userId && index.has(id))) {
    mayHear(userId, other).then(
      (allowed) => allowed && tell(other),
      (error) => log.debug({ err: error }, 'a read mark was told to its reader alone'),
    );
  }
}

function onRoomAdded({ chatRoom, userIds }: DomainEventData<'room.added'>, { io, index }: FanOutDeps): void {
  const here = userIds.filter((userId) => index.has(userId));
  if (here.length === 0) return;
  for (const userId of here) index.addMember(chatRoom.id, userId);
  io.local.to(here.map(socketRooms.user)).emit('roomAdded', { chatRoom });
}

function onRoomRemoved({ chatRoomId, userIds }: DomainEventData<'room.removed'>, { io, index }: FanOutDeps): void {
  for (const userId of userIds) {
    index.removeMember(chatRoomId, userId);
    for (const socket of localSocketsIn(io, socketRooms.user(userId))) {
      void socket.leave(socketRooms.chatRoom(chatRoomId));
      socket.emit('roomRemoved', { chatRoomId });
    }
  }
}
