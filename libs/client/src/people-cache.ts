import type { ChatRoom, PublicUser } from '@hallway/contracts';

// Far more than the people whom anybody meets on one page; the ones met longest ago are forgotten first.
const mostPeople = 2000;

/** Names of people met so far. */
export interface PeopleCache {
  find(userId: string): PublicUser | undefined;
  meet(people: Iterable<PublicUser | null>): void;
  meetRoom(chatRoom: ChatRoom): void;
  clear(): void;
}

export function createPeopleCache(): PeopleCache {
  const people = new Map<string, PublicUser>();

  function meet(met: Iterable<PublicUser | null>): void {
    for (const person of met) {
      if (person === null) continue;
      const { id, username, name, role } = person;
      people.delete(id);
      people.set(id, { id, username, name, role });
    }
    for (const id of people.keys()) {
      if (people.size <= mostPeople) break;
      people.delete(id);
    }
  }

  return {
    find: (userId) => people.get(userId),
    meet,
    meetRoom: (chatRoom) => meet(chatRoom.participants),
    clear: () => people.clear(),
  };
}
