import type { Role } from '@hallway/contracts';
import type { CheckPassword } from '../accounts/check-password.ts';
import type { PeopleRegister, PersonFields, RegisteredPerson } from '../directory/people-register.repository.ts';
import type { RequireProof } from '../second-factor/confirm-person.ts';
import type { EndReason } from '../sessions/sessions.repository.ts';
import type { MakeChange } from './make-change.ts';
import { conflict, found, readLine } from './read-fields.ts';
import type { Actor } from './require-admin.ts';

export interface ChangePersonDeps {
  people: PeopleRegister;
  makeChange: MakeChange;
  checkPassword: CheckPassword;
  hashPassword: (password: string) => Promise<string>;
  /** Ends all sessions of a person, at once and everywhere. */
  endSessionsOf: (userId: string, reason: EndReason) => Promise<unknown>;
  requireProof: RequireProof;
}

export interface PersonChange {
  name?: string;
  /** Replaces the primary role; roles beside it stay. */
  role?: Role;
  /** Replaces all roles; the first one becomes the primary. */
  roles?: Role[];
  safetyStaff?: boolean;
  active?: boolean;
  password?: string;
}

/**
 * Changes an account and ends its sessions when it was deactivated or when its roles or password changed. Repeating a change
 * changes nothing, but for a deactivation, which ends sessions again. Throws `NOT_FOUND`, `VALIDATION_FAILED`, `CONFLICT` when
 * it would take away the rights of the caller or of the last active administrator, or set the caller's own password, and
 * `CONFIRMATION_REQUIRED` where it makes an administrator or decides how one signs in.
 */
export function createChangePerson(deps: ChangePersonDeps) {
  const { people, makeChange, checkPassword, hashPassword, endSessionsOf, requireProof } = deps;

  async function toFields(before: RegisteredPerson, change: PersonChange): Promise<PersonFields> {
    const { password } = change;
    const name = change.name === undefined ? before.name : readLine(change.name, '/name');
    const { active = before.active, safetyStaff = before.safetyStaff } = change;
    const fields = findChanged(before, { name, roles: rolesAfter(before, change), active, safetyStaff });
    if (password === undefined) return fields;
    checkPassword({ password, username: before.username, name, path: '/password' });
    return { ...fields, passwordHash: await hashPassword(password) };
  }

  /** Two administrators may demote each other in the same moment: then both find nobody left, and both are undone. */
  async function keepAnAdmin({ id, roles, active }: RegisteredPerson): Promise<void> {
    if (await people.hasActiveAdmin()) return;
    await people.change(id, { roles, active });
    throw conflict('This is the last active administrator.');
  }

  return async function changePerson(actor: Actor, id: string, change: PersonChange): Promise<RegisteredPerson> {
    const before = found(await people.find(id), 'person');
    if (actor.id === id && change.password !== undefined) throw conflict('Change your own password in Settings.');
    const fields = await toFields(before, change);
    if (concernsAdmin(before, fields)) await requireProof(actor.sessionId);
    const falls = losesAdmin(before, fields);
    if (falls && actor.id === id)
      throw conflict('Nobody can deactivate themselves or give up their own administration.');
    const reason = endReasonOf(fields, change);
    if (Object.keys(fields).length > 0) {
      const announce = { kind: 'person', personIds: [id] } as const;
      const audited = { action: actionOf(fields), targetId: id, details: toDetails(before, fields), announce };
      await makeChange(actor, audited, async () => {
        await people.change(id, fields, { endsSessions: reason !== null });
        if (falls) await keepAnAdmin(before);
      });
    }
    if (reason) await endSessionsOf(id, reason);
    return found(await people.find(id), 'person');
  };
}

export type ChangePerson = ReturnType<typeof createChangePerson>;

type Described = Required<Omit<PersonFields, 'passwordHash'>>;

function findChanged(before: RegisteredPerson, after: Described): PersonFields {
  const changed = Object.entries(after).filter(
    ([name, value]) => String(before[name as keyof Described]) !== String(value),
  );
  return Object.fromEntries(changed);
}

function rolesAfter({ roles }: RegisteredPerson, change: PersonChange): Role[] {
  if (change.roles) return change.roles;
  const { role } = change;
  return role === undefined ? roles : [role, ...roles.slice(1).filter((other) => other !== role)];
}

/** Whether it makes an administrator, or touches how one signs in. */
function concernsAdmin({ roles }: RegisteredPerson, fields: PersonFields): boolean {
  const isAdmin = roles.includes('admin') || fields.roles?.includes('admin') === true;
  return isAdmin && (fields.roles ?? fields.active ?? fields.passwordHash) !== undefined;
}

function losesAdmin(before: RegisteredPerson, { roles, active }: PersonFields): boolean {
  if (!before.active || !before.roles.includes('admin')) return false;
  return active === false || (roles !== undefined && !roles.includes('admin'));
}

function endReasonOf({ roles, passwordHash }: PersonFields, { active }: PersonChange): EndReason | null {
  if (active === false) return 'deactivated';
  if (roles) return 'role-changed';
  return passwordHash === undefined ? null : 'password-changed';
}

/** One entry for one request, under the name of the gravest thing that it did. */
function actionOf({ active, roles, passwordHash, safetyStaff }: PersonFields): string {
  if (active !== undefined) return active ? 'user.reactivated' : 'user.deactivated';
  if (roles) return 'user.roles-changed';
  if (passwordHash !== undefined) return 'user.password-set';
  return safetyStaff === undefined ? 'user.renamed' : 'user.safety-staff-changed';
}

function toDetails(before: RegisteredPerson, { passwordHash, ...fields }: PersonFields): Record<string, unknown> {
  const changed = Object.entries(fields).map(([name, to]) => [name, { from: before[name as keyof typeof fields], to }]);
  return { ...Object.fromEntries(changed), ...(passwordHash === undefined ? {} : { password: 'set' }) };
}
