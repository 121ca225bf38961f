import type { ChatRoom, ErrorBody } from '@hallway/contracts';
import { actionWords } from '../words/fault-words.ts';
import { withName } from '../words/refusal-words.ts';

type Kind = Pick<ChatRoom, 'type' | 'audience'>;

const who = {
  group: 'Everybody here can write.',
  course: 'Everybody here can write, but for those who only observe the course.',
  announcement: 'Owners and staff write here, everybody else reads.',
  direct: '',
} as const;

/**
 * What a room of many is, in a sentence or two.
 * @param course the course that it follows, as "CS101"; null where the reader does not know it
 */
export function toRoomSentence({ type, audience }: Kind, course: string | null): string {
  if (audience === undefined) return who[type];
  const part = audience.sectionId === null ? (course ?? 'the course') : `a section of ${course ?? 'the course'}`;
  return `${who[type]} The people of ${part} are here for as long as they belong to it.`;
}

/** Whom a refusal is about, where it says so. */
function findRefusedId({ details }: ErrorBody): string | null {
  if (typeof details !== 'object' || details === null || !('userId' in details)) return null;
  return typeof details.userId === 'string' ? details.userId : null;
}

/**
 * For people who could not be put into a room.
 * @param nameOf a person met so far
 */
export function addingWords(fault: ErrorBody, what: string, nameOf: (userId: string) => string | undefined): string {
  const refused = findRefusedId(fault);
  const name = (refused === null ? undefined : nameOf(refused)) ?? null;
  const advice = name === null ? 'Nobody was added.' : `Leave ${name} out, and try again.`;
  switch (fault.code) {
    case 'MESSAGING_NOT_ALLOWED':
      return `${withName(fault.message, name)} ${advice}`;
    case 'RECIPIENT_NOT_FOUND':
      return `${name ?? 'One of these people'} no longer has an account here. ${advice}`;
    case 'FORBIDDEN':
      return `${what} is no longer for you to do here.`;
    case 'VALIDATION_FAILED':
      return `${what} didn’t work: a room holds at most 2,000 people who were added by hand.`;
    default:
      return actionWords(fault, what);
  }
}

/** For what an owner wanted to do in a room. The server explains what it refuses for a reason. */
export function managingWords(fault: ErrorBody, what: string): string {
  if (fault.code === 'CONFLICT') return withName(fault.message, null);
  if (fault.code === 'FORBIDDEN') return `${what} is no longer for you to do here.`;
  return actionWords(fault, what);
}
