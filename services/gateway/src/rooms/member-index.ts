interface PersonHere {
  rooms: Set<string>;
  /** What was announced while the person's rooms are being asked for, newest word per room; null when they are known. */
  announced: Map<string, 'added' | 'removed'> | null;
}

const nobody: ReadonlySet<string> = new Set();

/**
 * Which people on this gateway are members of which chat room. It holds only people who are here, so that it is bounded by
 * their memberships, and it forgets a room with its last member here.
 */
export function createMemberIndex() {
  const people = new Map<string, PersonHere>();
  const members = createMembers();

  function setMember(roomId: string, userId: string, change: 'added' | 'removed'): void {
    const person = people.get(userId);
    if (!person) return;
    person.announced?.set(roomId, change);
    if (change === 'added') person.rooms.add(roomId);
    else person.rooms.delete(roomId);
    members[change](roomId, userId);
  }

  return {
    has: (userId: string): boolean => people.has(userId),
    people: (): string[] => [...people.keys()],
    isMember: (roomId: string, userId: string): boolean => members.of(roomId).has(userId),
    membersHere: (roomId: string): ReadonlySet<string> => members.of(roomId),
    addMember: (roomId: string, userId: string): void => setMember(roomId, userId, 'added'),
    removeMember: (roomId: string, userId: string): void => setMember(roomId, userId, 'removed'),

    /** The person's rooms are about to be asked for, for the first time or again: from now on announcements are kept. */
    beginSnapshot(userId: string): void {
      const person = people.get(userId);
      if (person) person.announced = new Map();
      else people.set(userId, { rooms: new Set(), announced: new Map() });
    },

    /**
     * Takes the answer, and then what was announced since it was asked for, because the answer may be older than that.
     * Returns the rooms that the person is no longer a member of.
     */
    applySnapshot(userId: string, roomIds: readonly string[]): string[] {
      const person = people.get(userId);
      if (!person) return [];
      const rooms = withAnnounced(roomIds, person.announced);
      const gone = [...person.rooms].filter((roomId) => !rooms.has(roomId));
      for (const roomId of gone) members.removed(roomId, userId);
      for (const roomId of rooms) members.added(roomId, userId);
      people.set(userId, { rooms, announced: null });
      return gone;
    },

    /** The last socket of the person on this gateway has gone. */
    removePerson(userId: string): void {
      for (const roomId of people.get(userId)?.rooms ?? []) members.removed(roomId, userId);
      people.delete(userId);
    },
  };
}

export type MemberIndex = ReturnType<typeof createMemberIndex>;

function createMembers() {
  const byRoom = new Map<string, Set<string>>();
  return {
    of: (roomId: string): ReadonlySet<string> => byRoom.get(roomId) ?? nobody,
    added(roomId: string, userId: string): void {
      const members = byRoom.get(roomId);
      if (members) members.add(userId);
      else byRoom.set(roomId, new Set([userId]));
    },
    removed(roomId: string, userId: string): void {
      const members = byRoom.get(roomId);
      members?.delete(userId);
      if (members?.size === 0) byRoom.delete(roomId);
    },
  };
}

function withAnnounced(roomIds: readonly string[], announced: PersonHere['announced']): Set<string> {
  const rooms = new Set(roomIds);
  for (const [roomId, change] of announced ?? []) {
    if (change === 'added') rooms.add(roomId);
    else rooms.delete(roomId);
  }
  return rooms;
}
