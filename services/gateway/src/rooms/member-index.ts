interface PersonHere {
  rooms: Set<string>;
  /** What was announced while the person's rooms are being asked for, newest word per room; null when they are known. */
  announced: Map<string, 'added' | 'removed'> | null;
  /** False while a removal may have gone unheard: nobody may then be told what only members are told. */
  trusted: boolean;
  /** Something was kept back meanwhile. */
  missed: boolean;
  /** The rooms that are being asked for may be those of before a removal that went unheard: the answer is not to be trusted. */
  outdated: boolean;
  /** Removals that were heard of, so that an older answer is not taken for a newer one. */
  removals: number;
}

const newcomer = { trusted: true, missed: false, outdated: false, removals: 0 };
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
    if (change === 'removed') person.removals += 1;
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
      if (person) Object.assign(person, { announced: new Map(), outdated: false });
      else people.set(userId, { ...newcomer, rooms: new Set(), announced: new Map() });
    },

    ...createCertainty(people, members),

    /** To be taken before asking whether somebody is a member: `addIfUnchanged` takes the answer only if it still may hold. */
    removalsOf: (userId: string): number => people.get(userId)?.removals ?? 0,
    addIfUnchanged(roomId: string, userId: string, removals: number): void {
      if (people.get(userId)?.removals === removals) setMember(roomId, userId, 'added');
    },

    /**
     * Takes the answer, and then what was announced since it was asked for, because the answer may be older than that.
     * Answers the rooms that the person is no longer a member of, and whether something was kept back from them that they may
     * ask for now.
     */
    applySnapshot(userId: string, roomIds: readonly string[]): { gone: string[]; missed: boolean } {
      const person = people.get(userId);
      if (!person) return { gone: [], missed: false };
      const rooms = withAnnounced(roomIds, person.announced);
      const gone = [...person.rooms].filter((roomId) => !rooms.has(roomId));
      for (const roomId of gone) members.removed(roomId, userId);
      for (const roomId of rooms) members.added(roomId, userId);
      const trusted = !person.outdated;
      people.set(userId, { ...person, rooms, announced: null, trusted, missed: person.missed && !trusted });
      return { gone, missed: person.missed && trusted };
    },

    /** The last socket of the person on this gateway has gone. */
    removePerson(userId: string): void {
      for (const roomId of people.get(userId)?.rooms ?? []) members.removed(roomId, userId);
      people.delete(userId);
    },
  };
}

export type MemberIndex = ReturnType<typeof createMemberIndex>;

type People = Map<string, PersonHere>;

/** Who may be told what only members are told. */
function createCertainty(people: People, members: ReturnType<typeof createMembers>) {
  return {
    /** Removals may have gone unheard: everybody's rooms are uncertain until they are asked for and known again. */
    distrustAll(): void {
      for (const person of people.values()) Object.assign(person, { trusted: false, outdated: true });
    },

    /** Null: they are not known, or perhaps not any more. */
    roomsOf(userId: string): ReadonlySet<string> | null {
      const person = people.get(userId);
      return person?.trusted && person.announced === null ? person.rooms : null;
    },

    /** The members of a room who are here and certain; of the others it is noted that something was kept back. */
    certainMembersHere(roomId: string): string[] {
      return [...members.of(roomId)].filter((userId) => {
        const person = people.get(userId);
        if (person && !person.trusted) person.missed = true;
        return person?.trusted;
      });
    },
  };
}

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
