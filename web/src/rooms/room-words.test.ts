import { toErrorBody } from '@hallway/contracts';
import { describe, expect, it } from 'vitest';
import { addingWords, managingWords, toRoomSentence } from './room-words.ts';

const course = { courseId: 'c'.repeat(24), sectionId: null };
const mike = 'd'.repeat(24);
const nameOf = (id: string) => (id === mike ? 'Mike Osei' : undefined);

describe('toRoomSentence', () => {
  it('when a room follows a course or a section, says whose people are there', () => {
    expect(toRoomSentence({ type: 'course', audience: course }, 'CS101')).toMatch(/people of CS101/);
    const section = { ...course, sectionId: 'e'.repeat(24) };
    expect(toRoomSentence({ type: 'announcement', audience: section }, 'CS101')).toMatch(/Owners.*a section of CS101/);
  });

  it('when people are there by hand, says only who writes', () => {
    expect(toRoomSentence({ type: 'group' }, null)).toBe('Everybody here can write.');
  });
});

describe('addingWords', () => {
  it('when the policy refuses somebody, says whom and why, and what to do', () => {
    const fault = toErrorBody({
      code: 'MESSAGING_NOT_ALLOWED',
      requestId: 'r',
      message: "You can't message this person: the rule.",
      details: { reason: 'NOT_RELATED', userId: mike },
    });
    expect(addingWords(fault, 'Adding people', nameOf)).toBe(
      'You can’t message Mike Osei: the rule. Leave Mike Osei out, and try again.',
    );
  });

  it('when an account was closed meanwhile, names the person', () => {
    const fault = toErrorBody({ code: 'RECIPIENT_NOT_FOUND', requestId: 'r', details: { userId: mike } });
    expect(addingWords(fault, 'Adding people', nameOf)).toMatch(/^Mike Osei no longer has an account/);
  });
});

describe('managingWords', () => {
  it('when somebody is there through their course, says what the server says', () => {
    const fault = toErrorBody({ code: 'CONFLICT', requestId: 'r', message: 'They belong to the course.' });
    expect(managingWords(fault, 'Removing')).toBe('They belong to the course.');
  });
});
