import type { ChatRoom, Person, PublicUser } from '@hallway/contracts';

const titles = /^(dr|prof|professor|mr|mrs|ms|mx)\.?$/i;

const roleWords = { student: 'Student', parent: 'Parent', instructor: 'Instructor', admin: 'Administrator' } as const;

export function toRoleWord(role: PublicUser['role']): string {
  return roleWords[role];
}

function nameParts(name: string): string[] {
  return name.split(/\s+/).filter((part) => part !== '');
}

/** "Sarah" of "Sarah Ali", but all of "Dr. Lin Chen": nobody is greeted as "Dr.". */
export function toShortName(name: string): string {
  const [first, ...rest] = nameParts(name);
  if (first === undefined) return name;
  return titles.test(first) && rest.length > 0 ? name : first;
}

/** One or two letters for an avatar, without titles: "LC" for "Dr. Lin Chen". */
export function toInitials(name: string): string {
  const parts = nameParts(name).filter((part) => !titles.test(part));
  const ends = parts.length > 1 ? [parts[0], parts.at(-1)] : [parts[0]];
  const letters = ends.map((part) => Array.from(part ?? '')[0] ?? '').join('');
  return letters.toLocaleUpperCase() || '?';
}

/** A hue from 0 to 359 that stays with an id for ever, spread by a small multiplicative hash. */
export function toHue(id: string): number {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 360_007;
  return (hash * 137) % 360;
}

/** The other person of a direct room; null in rooms of many. */
export function otherParticipant(room: ChatRoom, myId: string): PublicUser | null {
  if (room.type !== 'direct') return null;
  return room.participants.find((person) => person.id !== myId) ?? null;
}

export function toRoomTitle(room: ChatRoom, myId: string): string {
  return room.title ?? otherParticipant(room, myId)?.name ?? 'Conversation';
}

/** What connects me with a person, as "CS101 · MATH201", without what only repeats their role. */
export function toTies(person: Pick<Person, 'role' | 'via'>): string {
  return person.via.filter((tie) => !tie.toLowerCase().startsWith(person.role)).join(' · ');
}

/** "1 student", "12 students". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;
}

/** What an unread pill says: no more than two digits and a plus. */
export function toPill(count: number): string {
  return count > 99 ? '99+' : String(count);
}
