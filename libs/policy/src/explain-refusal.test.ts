import { describe, expect, it } from 'vitest';
import { explainRefusal } from './explain-refusal.ts';

describe('explainRefusal', () => {
  it('when the sender knows the name, says it with what would be possible', () => {
    expect(
      explainRefusal({
        reason: 'NOT_RELATED',
        senderRole: 'instructor',
        recipientRole: 'parent',
        recipientName: 'Peter Osei',
      }),
    ).toBe("You can't message Peter Osei: parents can write to their own children's instructors.");
  });

  it.each([
    ['STUDENTS_OFF', 'student', 'student', 'students can write to their instructors here, not to each other.'],
    ['PARENTS_OFF', 'parent', 'instructor', 'messages with parents are turned off here.'],
    ['READ_ONLY', 'student', 'instructor', 'your course has ended. What was written stays readable.'],
    ['BLOCKED', 'student', 'student', 'you have blocked them. Take them off your block list to write.'],
    [
      'NOT_RELATED',
      'student',
      'student',
      'students can write to people who share a course with them, unless one of the two does not want that.',
    ],
    [
      'NOT_RELATED',
      'student',
      'parent',
      "parents can write to their own children's instructors, and to their children unless one of the two does not want that.",
    ],
    [
      'NOT_RELATED',
      'instructor',
      'instructor',
      'instructors can write to each other, unless one of the two does not want that.',
    ],
    ['NOT_RELATED', 'instructor', 'student', 'students and instructors can write to each other within their courses.'],
  ] as const)('when refused with %s from %s to %s, gives the rule', (...row) => {
    const [reason, senderRole, recipientRole, text] = row;
    expect(explainRefusal({ reason, senderRole, recipientRole })).toBe(`You can't message this person: ${text}`);
  });
});
