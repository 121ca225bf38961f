import type { Staging } from './open-staging.ts';
import type { RosterFaults } from './roster-faults.ts';
import type { RosterPerson, StagedPeople } from './staged-people.ts';

export interface Family {
  parentId: string;
  childId: string;
}

/**
 * The ties of parents and children. A tie may stand in the row of the parent, of the child, or of both; who of the two is the
 * parent, their roles say. One that is not clear is noted.
 */
export function createStagedFamilies(staging: Staging, people: StagedPeople, faults: RosterFaults) {
  const related = staging.prepare<{ sourcedId: string; agentId: string }>(
    `SELECT sourcedId, value AS agentId FROM users, json_each(agentIds)
     WHERE EXISTS (SELECT 1 FROM users AS agents WHERE agents.sourcedId = value)`,
  );
  const insert = staging.prepare('INSERT OR IGNORE INTO families VALUES (?, ?)');
  for (const { sourcedId, agentId } of related.each()) {
    const family = toFamily(people.find(sourcedId), people.find(agentId));
    if (family) insert.run(family.parentId, family.childId);
    else {
      const pair = `${sourcedId} and ${agentId}`;
      faults.note('Two related people are not, or not clearly, a parent and a student: no guardianship', pair);
    }
  }
  return { inPages: createPages(staging), hasParent: createHasParent(staging) };
}

export type StagedFamilies = ReturnType<typeof createStagedFamilies>;

/** Families by their parents, so many parents at a time. */
function createPages(staging: Staging) {
  const listParents = staging.prepare<{ parentId: string }>(
    'SELECT DISTINCT parentId FROM families WHERE parentId > ? ORDER BY parentId LIMIT ?',
  );
  const listChildren = staging.prepare<Family>('SELECT parentId, childId FROM families WHERE parentId = ?');
  return function* inPages(size: number): Generator<Family[]> {
    for (let after = ''; ; ) {
      const parents = listParents.all(after, size);
      if (parents.length === 0) return;
      yield parents.flatMap(({ parentId }) => listChildren.all(parentId));
      after = parents.at(-1)?.parentId ?? '';
    }
  };
}

/** Whether an account, by Hallway's id, is a parent in the roster. */
function createHasParent(staging: Staging) {
  const find = staging.prepare(
    'SELECT 1 FROM users JOIN families ON families.parentId = users.sourcedId WHERE users.id = ? LIMIT 1',
  );
  return (accountId: string): boolean => find.get(accountId) !== null;
}

function toFamily(a: RosterPerson | null, b: RosterPerson | null): Family | null {
  if (!a || !b) return null;
  const aOverB = a.roles.includes('parent') && b.roles.includes('student');
  const bOverA = b.roles.includes('parent') && a.roles.includes('student');
  if (aOverB === bOverA) return null;
  const [parent, child] = aOverB ? [a, b] : [b, a];
  return { parentId: parent.user.sourcedId, childId: child.user.sourcedId };
}
