import type { ErrorBody, RefusalReason } from '@hallway/contracts';

/** What a person reads about something that went wrong: what happened, what is safe, what to do. */
export interface FaultWords {
  title: string;
  advice: string;
}

const reasonWords: Record<RefusalReason, string> = {
  NOT_RELATED:
    'people write to each other within their courses and families, unless one of the two doesn’t want that. Parents can write to their own children’s instructors, students to people in their courses.',
  STUDENTS_OFF: 'students can’t write to each other here. Your instructors can still be reached.',
  PARENTS_OFF: 'messages with parents are switched off at your institution.',
  READ_ONLY: 'this conversation can be read, but no longer written to.',
  BLOCKED: 'you have blocked them. Unblock them to write.',
  NOT_A_WRITER: 'only staff write here.',
  FROZEN: 'this conversation is paused.',
  SLOW_MODE: 'this conversation takes one message at a time. Wait a moment.',
};

function isReason(value: unknown): value is RefusalReason {
  return typeof value === 'string' && Object.hasOwn(reasonWords, value);
}

/** The stable reason inside a refusal, or null when there is none that this client knows. */
function findReason(fault: ErrorBody): RefusalReason | null {
  const details = fault.details;
  if (typeof details !== 'object' || details === null || !('reason' in details)) return null;
  return isReason(details.reason) ? details.reason : null;
}

/** "in a moment", "in 12 seconds", "in 3 minutes". */
export function toWait(ms: number | undefined): string {
  if (ms === undefined || ms < 2_000) return 'in a moment';
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 90) return `in ${seconds} seconds`;
  return `in ${Math.ceil(seconds / 60)} minutes`;
}

/** Why a person may not be written to: "You can’t message Peter Osei: …". */
export function refusalWords(fault: ErrorBody, name: string | null): string {
  const reason = findReason(fault);
  const start = name === null ? 'You can’t write here' : `You can’t message ${name}`;
  return reason === null ? `${start}.` : `${start}: ${reasonWords[reason]}`;
}

const pageWords: Partial<Record<ErrorBody['code'], FaultWords>> = {
  NOT_FOUND: {
    title: 'There is nothing here for you',
    advice: 'It may have been removed, or it belongs to other people. Nothing of yours is lost.',
  },
  FORBIDDEN: { title: 'Your account can’t open this', advice: 'If it should, ask an administrator.' },
  UNAUTHENTICATED: { title: 'You’re signed out', advice: 'Sign in again. What you wrote is kept on this device.' },
  SESSION_ENDED: { title: 'Your session has ended', advice: 'Sign in again. What you wrote is kept on this device.' },
  TEMPORARILY_UNAVAILABLE: {
    title: 'We can’t reach Hallway at the moment',
    advice: 'Your messages are safe. Check your connection, or try again shortly.',
  },
};

/** For a page, or a part of one, that could not be loaded. */
export function loadWords(fault: ErrorBody): FaultWords {
  if (fault.code === 'RATE_LIMITED') {
    return { title: 'That was a lot at once', advice: `Nothing is lost. Try again ${toWait(fault.retryAfterMs)}.` };
  }
  return (
    pageWords[fault.code] ?? {
      title: 'This didn’t load',
      advice: 'Something went wrong on our side. Your messages are safe: try again.',
    }
  );
}

/** For a message of mine that did not go out. */
export function sendWords(fault: ErrorBody, name: string | null): string {
  switch (fault.code) {
    case 'MESSAGING_NOT_ALLOWED':
      return refusalWords(fault, name);
    case 'RECIPIENT_NOT_FOUND':
      return `${name ?? 'This person'} no longer has an account here, so that message can’t go out.`;
    case 'NOT_FOUND':
      return 'That message didn’t go out: this conversation is no longer open to you.';
    case 'RATE_LIMITED':
      return `That message didn’t go out: it was a lot at once. It’s kept here: try again ${toWait(fault.retryAfterMs)}.`;
    case 'PAYLOAD_TOO_LARGE':
    case 'VALIDATION_FAILED':
      return 'That message didn’t go out: Hallway can’t send it as it is. Copy it, change it and send it again.';
    default:
      return 'That message didn’t go out. It’s kept here: try again.';
  }
}

/** For the sign-in form. */
export function signInWords(fault: ErrorBody): string {
  switch (fault.code) {
    case 'INVALID_CREDENTIALS':
      return 'That username and password don’t go together. Check both and try again.';
    case 'RATE_LIMITED':
      return `There were too many tries. Wait, and try again ${toWait(fault.retryAfterMs)}.`;
    case 'VALIDATION_FAILED':
      return 'Enter your username and your password.';
    case 'TEMPORARILY_UNAVAILABLE':
      return 'We can’t reach Hallway at the moment. Check your connection, or try again shortly.';
    default:
      return 'Signing in didn’t work, through a fault on our side. Try again.';
  }
}

/** For something that was asked for with a button. `what` completes "… didn’t work". */
export function actionWords(fault: ErrorBody, what: string): string {
  if (fault.code === 'TEMPORARILY_UNAVAILABLE')
    return `${what} didn’t work: we can’t reach Hallway. Try again shortly.`;
  if (fault.code === 'RATE_LIMITED') return `${what} didn’t work: try again ${toWait(fault.retryAfterMs)}.`;
  return `${what} didn’t work. Nothing has changed: try again.`;
}
