import type { GuardianBody } from '@hallway/contracts';
import type { Guardianship, GuardianshipsRepository } from '../directory/guardianships.repository.ts';
import type { PeopleRegister } from '../directory/people-register.repository.ts';
import type { MakeChange } from './make-change.ts';
import { conflict, found, readTime } from './read-fields.ts';
import type { Actor } from './require-admin.ts';

export interface ManageGuardiansDeps {
  guardianships: GuardianshipsRepository;
  people: PeopleRegister;
  makeChange: MakeChange;
}

export interface FamilyPair {
  parentId: string;
  childId: string;
}

/**
 * Makes somebody the guardian of a child, with exactly these rights until exactly this end; left out, with all rights and
 * without an end. Asking for what is so already changes nothing. Throws `NOT_FOUND`, and `CONFLICT` when they are not a parent
 * and a student.
 */
export function createPutGuardian({ guardianships, people, makeChange }: ManageGuardiansDeps) {
  async function refuseOthers({ parentId, childId }: FamilyPair): Promise<void> {
    const [parent, child] = await Promise.all([people.find(parentId), people.find(childId)]);
    if (!found(parent, 'parent').roles.includes('parent')) throw conflict('The guardian must have the role parent.');
    if (!found(child, 'child').roles.includes('student')) throw conflict('The child must have the role student.');
    if (parentId === childId) throw conflict('Nobody is their own guardian.');
  }

  return async function putGuardian(actor: Actor, pair: FamilyPair, body: GuardianBody): Promise<void> {
    await refuseOthers(pair);
    const endsAt = body.endsAt ? readTime(body.endsAt, '/endsAt') : null;
    const after: Guardianship = { ...pair, rights: body.rights ?? { message: true }, endsAt };
    const before = await guardianships.find(pair.parentId, pair.childId);
    if (before && JSON.stringify(termsOf(before)) === JSON.stringify(termsOf(after))) return;
    const action = before ? 'guardianship.changed' : 'guardianship.added';
    await makeChange(actor, toAudited(action, pair, { from: before && termsOf(before), to: termsOf(after) }), () =>
      guardianships.put(after),
    );
  };
}

export type PutGuardian = ReturnType<typeof createPutGuardian>;

/** Ends a guardianship now. Once more changes nothing; throws `NOT_FOUND` where there never was one. */
export function createEndGuardian({ guardianships, makeChange }: ManageGuardiansDeps) {
  return async function endGuardian(actor: Actor, pair: FamilyPair): Promise<void> {
    const before = found(await guardianships.find(pair.parentId, pair.childId), 'guardianship');
    const endsAt = new Date();
    if (before.endsAt && before.endsAt <= endsAt) return;
    const details = { from: termsOf(before), to: null };
    await makeChange(actor, toAudited('guardianship.ended', pair, details), () =>
      guardianships.put({ ...before, endsAt }),
    );
  };
}

export type EndGuardian = ReturnType<typeof createEndGuardian>;

function toAudited(action: string, { parentId, childId }: FamilyPair, details: Record<string, unknown>) {
  const announce = { kind: 'guardianship', personIds: [parentId, childId] } as const;
  return { action, targetId: parentId, details: { childId, ...details }, announce };
}

function termsOf({ rights, endsAt }: Guardianship) {
  return { rights: { message: rights.message }, endsAt };
}
