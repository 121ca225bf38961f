import type { RefusalReason, Role } from '@hallway/contracts';

export interface Refusal {
  reason: RefusalReason;
  senderRole: Role;
  recipientRole: Role;
  /**
   * Given only where the sender knows the name already, as in a room that they share: a refusal must not become a way to
   * look up names by trying ids.
   */
  recipientName?: string;
}

/** Says in a sentence for people why a message does not go: what happened, and what would be possible. */
export function explainRefusal({ reason, senderRole, recipientRole, recipientName }: Refusal): string {
  return `You can't message ${recipientName ?? 'this person'}: ${rule({ reason, senderRole, recipientRole })}`;
}

function rule({ reason, senderRole, recipientRole }: Omit<Refusal, 'recipientName'>): string {
  if (reason === 'BLOCKED') return 'you have blocked them. Take them off your block list to write.';
  if (reason === 'READ_ONLY') return 'your course has ended. What was written stays readable.';
  if (reason === 'PARENTS_OFF') return 'messages with parents are turned off here.';
  if (reason === 'STUDENTS_OFF') return 'students can write to their instructors here, not to each other.';
  return relationRule([senderRole, recipientRole]);
}

/** Somebody who is blocked reads the same as a stranger: where a block can be the cause, the sentence must be true of both. */
const unlessUnwanted = 'unless one of the two does not want that.';

function relationRule(roles: Role[]): string {
  const isFamily = roles.includes('parent') && roles.includes('student');
  if (isFamily) return `parents can write to their own children's instructors, and to their children ${unlessUnwanted}`;
  if (roles.includes('parent')) return "parents can write to their own children's instructors.";
  if (roles.every((role) => role === 'student')) {
    return `students can write to people who share a course with them, ${unlessUnwanted}`;
  }
  if (roles.every((role) => role === 'instructor')) return `instructors can write to each other, ${unlessUnwanted}`;
  return 'students and instructors can write to each other within their courses.';
}
