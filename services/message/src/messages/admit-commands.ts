import { type SendCommand, toRoleModel } from '@hallway/contracts';
import { AppError, validationFailed } from '@hallway/platform';
import type { PersonFacts, PolicySettings } from '@hallway/policy';
import type { FindEndedCourses } from '../courses/course-endings.ts';
import { findGroupPairRefusal, findPairRefusal } from '../policy/check-pair.ts';
import type { FindPeopleFacts } from '../policy/people-facts.ts';
import type { RoomAccess } from '../rooms/access-room.ts';
import { type AccessibleRoom, hiddenUpTo } from '../rooms/accessible-room.ts';
import type { FindPairs } from '../rooms/find-pairs.ts';
import { findWriteRefusal } from '../rooms/room-rules.ts';
import { otherOf } from '../rooms/rooms.repository.ts';
import type { MessagesRepository } from './messages.repository.ts';

/** A command as it came, or comes again: `redelivered` says that an earlier owner did not finish it. */
export interface Submitted {
  command: SendCommand;
  redelivered: boolean;
}

/** A send that may be stored. `receiver` is null outside direct rooms. */
export interface Admitted extends Submitted {
  room: AccessibleRoom;
  receiver: PersonFacts | null;
}

export interface Refused extends Submitted {
  error: AppError;
}

export interface AdmitDeps {
  access: RoomAccess;
  findPeopleFacts: FindPeopleFacts;
  findEndedCourses: FindEndedCourses;
  findPairs: FindPairs;
  messages: MessagesRepository;
  settings: PolicySettings;
}

/** Asks of each command whether its sender may write this, there. One read for all rooms of a sender, one for all people. */
export function createAdmitCommands(deps: AdmitDeps) {
  const { access, findPeopleFacts, findEndedCourses, findPairs, messages, settings } = deps;

  async function findRooms(submitted: Submitted[]): Promise<Map<string, AccessibleRoom>> {
    const bySender = Map.groupBy(submitted, ({ command }) => command.senderId);
    const found = new Map<string, AccessibleRoom>();
    for (const [senderId, sends] of bySender) {
      const ids = sends.map(({ command }) => command.chatRoomId);
      for (const [id, room] of await access.findRoomsOf(senderId, ids)) found.set(`${senderId}:${id}`, room);
    }
    return found;
  }

  return async function admitCommands(submitted: Submitted[]): Promise<{ admitted: Admitted[]; refused: Refused[] }> {
    const rooms = await findRooms(submitted);
    const inRooms = [...rooms.values()];
    const [ended, pairs] = await Promise.all([findEndedCourses(inRooms.map(courseOf)), findPairs(inRooms)]);
    const people = await findPeopleFacts([...peopleConcerned(submitted, rooms), ...[...pairs.values()].flat()]);
    const originals = await findOriginals(submitted, messages);
    const admitted: Admitted[] = [];
    const refused: Refused[] = [];
    for (const send of submitted) {
      const room = rooms.get(keyOf(send.command));
      const receiver = (room && people.get(otherOf(room, send.command.senderId) ?? '')) ?? null;
      const error =
        findRefusal({ send, room, people, pairs, ended, settings }) ?? findReplyFault(send.command, room, originals);
      if (error) refused.push({ ...send, error });
      else if (room) admitted.push({ ...send, room, receiver });
    }
    return { admitted, refused };
  };
}

export type AdmitCommands = ReturnType<typeof createAdmitCommands>;

/** The course with which a room of many ends. Of a direct room it is only remembered where it began. */
function courseOf(room: AccessibleRoom): string | null {
  return room.directIds === null ? room.courseId : null;
}

function keyOf(command: SendCommand): string {
  return `${command.senderId}:${command.chatRoomId}`;
}

function peopleConcerned(submitted: Submitted[], rooms: Map<string, AccessibleRoom>): string[] {
  return submitted.flatMap(({ command }) => {
    const room = rooms.get(keyOf(command));
    const other = room && otherOf(room, command.senderId);
    return other ? [command.senderId, other] : [command.senderId];
  });
}

interface Asked {
  send: Submitted;
  room: AccessibleRoom | undefined;
  people: Map<string, PersonFacts>;
  /** The members of groups of two, by room. */
  pairs: Map<string, string[]>;
  ended: ReadonlySet<string>;
  settings: PolicySettings;
}

function findRefusal(asked: Asked): AppError | null {
  const { room, people, ended, settings } = asked;
  const { command } = asked.send;
  if (!room) return new AppError({ code: 'NOT_FOUND', internal: 'the sender is no member of the room' });
  const sender = people.get(command.senderId);
  if (!sender) return new AppError({ code: 'NOT_FOUND', internal: 'the sender does not exist' });
  // Deactivation ends every session; a send that was under way then comes too late.
  if (!sender.active) return new AppError({ code: 'SESSION_ENDED', internal: 'the sender is deactivated' });
  const receiverId = otherOf(room, command.senderId);
  const receiver = receiverId === null ? undefined : people.get(receiverId);
  const isReadOnly = ended.has(courseOf(room) ?? '');
  const refusal =
    receiverId === null
      ? (findWriteRefusal({ room, person: sender, isReadOnly }) ?? findRefusalInGroup(room, sender, asked))
      : findPairRefusal(sender, receiver, settings);
  return refusal ?? findStatementFault(command, sender, receiver);
}

/** A group of two is a conversation of these two. */
function findRefusalInGroup(room: AccessibleRoom, sender: PersonFacts, { pairs, people, settings }: Asked) {
  const other = pairs.get(room.id)?.find((id) => id !== sender.id);
  return other === undefined ? null : findGroupPairRefusal(sender, people.get(other), settings);
}

/** What a client says of the two ends must be true: a wrong statement means that it thinks of another conversation. */
function findStatementFault(command: SendCommand, sender: PersonFacts, receiver?: PersonFacts): AppError | null {
  const truths = [
    ['senderModel', toRoleModel(sender.role)],
    ['receiverId', receiver?.id ?? null],
    ['receiverModel', receiver ? toRoleModel(receiver.role) : null],
  ] as const;
  const faults = truths
    .filter(([field, truth]) => command[field] !== undefined && command[field] !== truth)
    .map(([field]) => ({ path: `/${field}`, message: 'is not true of this chat room' }));
  return faults.length > 0 ? validationFailed(faults) : null;
}

/** Where in the room of their reply the messages stand that are replied to, as `room:message`. One query, if any. */
async function findOriginals(submitted: Submitted[], messages: MessagesRepository): Promise<Map<string, number>> {
  const ids = submitted.flatMap(({ command }) => command.replyTo ?? []);
  const found = await messages.findByIds(ids);
  return new Map(found.filter((message) => !message.isVoid).map(({ roomId, id, seq }) => [`${roomId}:${id}`, seq]));
}

function findReplyFault(
  { chatRoomId, replyTo }: SendCommand,
  room: AccessibleRoom | undefined,
  originals: Map<string, number>,
): AppError | null {
  const seq = originals.get(`${chatRoomId}:${replyTo}`) ?? 0;
  if (replyTo === undefined || (room && seq > hiddenUpTo(room))) return null;
  return validationFailed([{ path: '/replyTo', message: 'is no message of this chat room' }]);
}
