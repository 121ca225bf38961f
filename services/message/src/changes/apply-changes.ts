import type { ChangeCommand, DomainEvent, RoomMessage } from '@hallway/contracts';
import { AppError, isStoreAway, type Log, toAppError } from '@hallway/platform';
import type { AppendNowOrLater } from '../messages/announce-later.ts';
import type { DescribeMessages } from '../messages/describe-messages.ts';
import type { StoredMessage } from '../messages/message-record.ts';
import type { MessagesRepository } from '../messages/messages.repository.ts';
import type { AccessibleRoom } from '../rooms/accessible-room.ts';
import type { MembershipsRepository } from '../rooms/memberships.repository.ts';
import type { RoomsRepository } from '../rooms/rooms.repository.ts';
import type { AdmitChange } from './admit-change.ts';
import { toChanged } from './to-changed.ts';

export type ChangeOutcome = { command: ChangeCommand } & (
  | { status: 'changed'; message: RoomMessage }
  | { status: 'refused'; error: AppError }
);

export interface ApplyChangesDeps {
  admitChange: AdmitChange;
  messages: MessagesRepository;
  memberships: MembershipsRepository;
  rooms: RoomsRepository;
  describeMessages: DescribeMessages;
  appendEvents: AppendNowOrLater;
  log: Log;
}

// Each round is lost only to another process that changes the same message in the same moment, which the lease makes rare.
const maxRounds = 12;
// Members from whom one message is hidden, named in its event: 270 KB, as large as an event gets.
const hiddenFromLimit = 10_000;

/**
 * Applies edits and deletes in their order, and announces each as the message that it leaves. Of two changes of a message the
 * later one is dated later, whatever the clocks say, so that everybody who keeps the later version ends with the same words.
 * Running it again with the same changes applies none a second time and announces what is stored.
 * Rejects when a store is away: the changes then have to be run again.
 */
export function createApplyChanges(deps: ApplyChangesDeps) {
  async function applyOne(command: ChangeCommand): Promise<ChangeOutcome> {
    try {
      const { room, stored } = await store(deps, command);
      const [message] = await deps.describeMessages([stored]);
      if (!message) throw new AppError({ code: 'INTERNAL', internal: 'a changed message could not be described' });
      const event = await toEvent(deps, { command, room, message, stored });
      await deps.appendEvents([event], new Set(isHiding(room) ? [event] : []));
      return { command, status: 'changed', message };
    } catch (error) {
      if (isStoreAway(error)) throw error;
      const fault = toAppError(error);
      if (fault.code === 'INTERNAL') deps.log.error({ err: error, requestId: command.requestId }, 'a change failed');
      return { command, status: 'refused', error: fault };
    }
  }

  return async function applyChanges(commands: ChangeCommand[]): Promise<ChangeOutcome[]> {
    const outcomes: ChangeOutcome[] = [];
    for (const command of commands) outcomes.push(await applyOne(command));
    return outcomes;
  };
}

export type ApplyChanges = ReturnType<typeof createApplyChanges>;

interface Stored {
  room: AccessibleRoom;
  stored: StoredMessage;
}

/** Writes the change onto the message as it is at that moment; where it was changed since it was read, reads it again. */
async function store({ admitChange, messages, rooms }: ApplyChangesDeps, command: ChangeCommand): Promise<Stored> {
  for (let round = 0; round < maxRounds; round += 1) {
    const { room, message } = await admitChange(command);
    const changed = toChanged(message, command, new Date());
    if (changed === null) return { room, stored: message };
    // Noted first: whoever comes back asks a room that says so, and a note without a change only costs a look.
    await rooms.noteChange(room.id, changed.changedAt);
    if (await messages.change({ message, ...changed })) return { room, stored: { ...message, ...changed } };
  }
  throw new AppError({ code: 'INTERNAL', internal: 'a message changes all the time' });
}

interface Announced extends Stored {
  command: ChangeCommand;
  message: RoomMessage;
}

/** Whoever came later is not shown it: who that is, is asked now, and no event of it may be announced later. */
function isHiding({ historyFrom }: AccessibleRoom): boolean {
  return historyFrom === 'joined';
}

async function toEvent(deps: ApplyChangesDeps, { command, room, message, stored }: Announced): Promise<DomainEvent> {
  const { memberships } = deps;
  const hiddenFrom = isHiding(room) ? await memberships.listJoinedAfter(room.id, message.seq, hiddenFromLimit) : [];
  return {
    id: `${stored.id}.${stored.changedAt?.getTime() ?? 0}`,
    type: 'message.updated',
    occurredAt: new Date().toISOString(),
    traceparent: command.traceparent ?? null,
    data: { message, roomType: room.type, ...(hiddenFrom.length > 0 ? { hiddenFrom } : {}) },
  };
}
