import type { DumpIndex } from './dump-index.ts';
import type { AccessEnded, MessageReceived, PersonNotified, RoomResumed } from './history-event.ts';
import type { Report } from './violations.ts';

type Sight = MessageReceived | RoomResumed | PersonNotified;

interface LastSight {
  event: Sight;
  times: number;
}

/**
 * The half of I6 that is about people: nobody sees anything of a room of which they are no member, or once access has
 * ended for longer than `graceMs`.
 */
export function createRoomAccess({ index, graceMs, report }: { index: DumpIndex; graceMs: number; report: Report }) {
  const sightsOfStrangers = new Map<string, LastSight>();
  const lastSightOfClient = new Map<string, Sight>();
  const endOfMembership = new Map<string, number>();
  const endOfSession = new Map<string, number>();

  function isMember(userId: string, chatRoomId: string): boolean {
    return index.rooms.get(chatRoomId)?.members.has(userId) ?? false;
  }

  return {
    isMember,

    /** Whether the person has been a member and is one no more: then their last view proves nothing. */
    wasMember(userId: string, chatRoomId: string): boolean {
      return endOfMembership.has(`${userId} ${chatRoomId}`);
    },

    addEnd({ client, userId, chatRoomId, wallAt }: AccessEnded): void {
      if (chatRoomId === null) endOfSession.set(client, wallAt);
      else endOfMembership.set(`${userId} ${chatRoomId}`, wallAt);
    },

    addSight(event: Sight): void {
      const { client, userId, chatRoomId, wallAt } = event;
      const last = lastSightOfClient.get(client);
      // What a push service tells is not told through the client's session.
      if (event.kind !== 'notified' && wallAt >= (last?.wallAt ?? 0)) lastSightOfClient.set(client, event);
      if (isMember(userId, chatRoomId)) return;
      const person = `${userId} ${chatRoomId}`;
      const known = sightsOfStrangers.get(person);
      if (!known) sightsOfStrangers.set(person, { event, times: 1 });
      else {
        known.times += 1;
        if (wallAt > known.event.wallAt) known.event = event;
      }
    },

    finish(): void {
      checkStrangers();
      checkSessions();
    },
  };

  function checkStrangers(): void {
    for (const [person, { event, times }] of sightsOfStrangers) {
      const ended = endOfMembership.get(person);
      if (ended !== undefined && event.wallAt <= ended + graceMs) continue;
      const evidence = { ...toEvidence(event), times, endedAt: ended ?? null };
      report({ invariant: 'I6', message: 'Somebody who is no member saw something of a room.', evidence });
    }
  }

  function checkSessions(): void {
    for (const [client, ended] of endOfSession) {
      const event = lastSightOfClient.get(client);
      if (!event || event.wallAt <= ended + graceMs) continue;
      const evidence = { ...toEvidence(event), endedAt: ended };
      report({ invariant: 'I6', message: 'A client saw something after its session had ended.', evidence });
    }
  }
}

export type RoomAccess = ReturnType<typeof createRoomAccess>;

function toEvidence({ kind, client, userId, chatRoomId, wallAt }: Sight) {
  return { how: kind, client, userId, chatRoomId, wallAt };
}
