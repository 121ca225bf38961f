import type { ChatRoom, ErrorBody, RoomMember } from '@hallway/contracts';
import { useCallback, useEffect, useState } from 'react';
import { useHallway } from '../client/hallway-context.ts';
import { toFault } from '../client/to-fault.ts';

interface Members {
  members: RoomMember[];
  nextCursor: string | null;
}

/** In the order that people look for them: owners first, then by name. */
export function sortMembers(members: readonly RoomMember[]): RoomMember[] {
  const rank = (member: RoomMember) => (member.roomRole === 'owner' ? 0 : 1);
  return members.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/** The people of a room, a page at a time; asked again when somebody comes or goes. */
export function useMembers(room: ChatRoom) {
  const client = useHallway();
  const [loaded, setLoaded] = useState<Members | null>(null);
  const [fault, setFault] = useState<ErrorBody | null>(null);
  const [attempt, setAttempt] = useState(0);
  const people = `${room.participantCount} ${room.participants.map(({ id }) => id).join(' ')}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: who is in the room, and `attempt`, ask again.
  useEffect(() => {
    let current = true;
    client.roomMembers(room.id).then(
      (page) => {
        if (!current) return;
        setLoaded(page);
        setFault(null);
      },
      (thrown: unknown) => {
        if (current) setFault(toFault(thrown));
      },
    );
    return () => {
      current = false;
    };
  }, [client, room.id, people, attempt]);
  const loadMore = async () => {
    const cursor = loaded?.nextCursor;
    if (!cursor) return;
    try {
      const page = await client.roomMembers(room.id, cursor);
      // A list that was asked again meanwhile begins at its first page.
      setLoaded((last) =>
        last?.nextCursor === cursor ? { ...page, members: [...last.members, ...page.members] } : last,
      );
    } catch (thrown) {
      setFault(toFault(thrown));
    }
  };
  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  return {
    members: loaded === null ? null : sortMembers(loaded.members),
    hasMore: loaded?.nextCursor != null,
    fault,
    loadMore,
    reload,
  };
}
