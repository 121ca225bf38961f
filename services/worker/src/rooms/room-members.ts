import type { RoomsRepository } from './rooms.repository.ts';

// An event of a membership reaches one worker only, so that this time is what another may be behind. A member who was
// removed meanwhile is found out when the notification is due; a new one starts with nothing unread.
const freshForMs = 10_000;
// Some 20 MB of ids: the rooms that are busy at one moment, on a large campus.
const rememberedMembers = 200_000;

interface Entry {
  userIds: string[];
  loadedAt: number;
}

export interface RoomMembersOptions {
  rooms: Pick<RoomsRepository, 'listMembers'>;
  now?: () => number;
  memberLimit?: number;
}

/** The members of rooms, remembered for seconds: a busy room has many messages in that time and the same members. */
export function createRoomMembers({ rooms, now = Date.now, memberLimit = rememberedMembers }: RoomMembersOptions) {
  const entries = new Map<string, Entry>();
  let remembered = 0;

  function forget(roomId: string): void {
    remembered -= weightOf(entries.get(roomId));
    entries.delete(roomId);
  }

  function remember(roomId: string, userIds: string[]): void {
    forget(roomId);
    entries.set(roomId, { userIds, loadedAt: now() });
    remembered += weightOf(entries.get(roomId));
    for (const oldest of entries.keys()) {
      if (remembered <= memberLimit) return;
      forget(oldest);
    }
  }

  return {
    /** The members of each room; what is not remembered is fetched with one query. */
    async membersOf(roomIds: string[]): Promise<Map<string, string[]>> {
      const members = new Map<string, string[]>();
      const missing: string[] = [];
      for (const roomId of new Set(roomIds)) {
        const entry = entries.get(roomId);
        if (entry && now() - entry.loadedAt < freshForMs) members.set(roomId, entry.userIds);
        else missing.push(roomId);
      }
      const loaded = await rooms.listMembers(missing);
      for (const roomId of missing) {
        const userIds = loaded.get(roomId) ?? [];
        members.set(roomId, userIds);
        remember(roomId, userIds);
      }
      return members;
    },
    /** Called when somebody came or went. */
    forget,
  };
}

export type RoomMembers = ReturnType<typeof createRoomMembers>;

/** One more than its members, so that empty rooms count too. */
function weightOf(entry: Entry | undefined): number {
  return entry ? entry.userIds.length + 1 : 0;
}
