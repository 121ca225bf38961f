import { describe, expect, it, onTestFinished } from 'vitest';
import { createEmptyRows } from './create-empty-rows.ts';
import { createRosterFaults } from './roster-faults.ts';
import { createStagedFamilies } from './staged-families.ts';
import { createStagedPeople } from './staged-people.ts';

function stage() {
  const rows = createEmptyRows();
  onTestFinished(rows.staging.close);
  const people = createStagedPeople(rows.staging);
  const add = (sourcedId: string, role: 'parent' | 'student', agentIds: string[] = []) => {
    rows.users.set({ sourcedId, line: 2, username: sourcedId, name: sourcedId, enabled: true, agentIds });
    const given = { role, safetyStaff: false };
    rows.roles.set({ sourcedId: `role of ${sourcedId}`, line: 2, userId: sourcedId, role: given, primary: true });
  };
  return { rows, people, add };
}

describe('createStagedPeople', () => {
  it('when ids hold signs of every size, goes through all of them once in the order of their bytes, as MongoDB does', () => {
    const { people, add } = stage();
    const ids = ['z', 'Z', '10', '9', 'é', '\uffee', '😀', 'a', 'aa', 'a-b', 'ß', '漢'];
    for (const id of ids) add(id, 'student');
    const pages = [...people.inPages(5)].map((page) => page.map(({ user }) => user.sourcedId));
    expect(pages.map(({ length }) => length)).toEqual([5, 5, 2]);
    const inBytes = ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(pages.flat()).toEqual(inBytes);
  });

  it('when a row is replaced or deleted, has it as it is now', () => {
    const { rows, people, add } = stage();
    add('one', 'student');
    add('one', 'parent', ['two']);
    expect(people.find('one')).toMatchObject({ roles: ['parent'], present: true, user: { agentIds: ['two'] } });
    rows.users.delete('one');
    expect([people.find('one'), rows.users.lineOf('one')]).toEqual([null, null]);
  });
});

describe('createStagedFamilies', () => {
  it('when a tie stands with the parent, the child or both, has it once; one of two parents is noted', () => {
    const { rows, people, add } = stage();
    add('mother', 'parent', ['kim']);
    add('father', 'parent', ['mother', 'gone']);
    add('kim', 'student', ['mother', 'father']);
    const faults = createRosterFaults();
    const families = createStagedFamilies(rows.staging, people, faults);
    expect([...families.inPages(1)]).toEqual([
      [{ parentId: 'father', childId: 'kim' }],
      [{ parentId: 'mother', childId: 'kim' }],
    ]);
    expect(faults.listNotes()).toMatchObject([{ count: 1, examples: ['father and mother'] }]);
  });
});
