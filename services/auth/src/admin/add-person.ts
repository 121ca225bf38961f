import type { CreateUserBody } from '@hallway/contracts';
import mongoose from 'mongoose';
import type { CheckPassword } from '../accounts/check-password.ts';
import type { PeopleRegister, RegisteredPerson } from '../directory/people-register.repository.ts';
import type { RequireProof } from '../second-factor/confirm-person.ts';
import type { MakeChange } from './make-change.ts';
import { conflict, found, readLine, readUsername } from './read-fields.ts';
import type { Actor } from './require-admin.ts';

export interface AddPersonDeps {
  people: PeopleRegister;
  makeChange: MakeChange;
  checkPassword: CheckPassword;
  hashPassword: (password: string) => Promise<string>;
  requireProof: RequireProof;
}

/**
 * Makes an account. Without a password nobody can sign in to it until an administrator sets one. Throws `CONFLICT` when the
 * username is taken, in whatever case, also by somebody who is deactivated, `VALIDATION_FAILED`, and
 * `CONFIRMATION_REQUIRED` for another administrator.
 */
export function createAddPerson(deps: AddPersonDeps) {
  const { people, makeChange, checkPassword, hashPassword, requireProof } = deps;
  return async function addPerson(actor: Actor, body: CreateUserBody): Promise<RegisteredPerson> {
    const username = readUsername(body.username);
    const name = readLine(body.name, '/name');
    const { role, password } = body;
    if (role === 'admin') await requireProof(actor.sessionId);
    if (password !== undefined) checkPassword({ password, username, name, path: '/password' });
    // Asked before the work of a hash and an entry; the unique index decides when two ask at once.
    if (await people.findByUsername(username)) throw conflict(`The username ${username} is taken.`);
    const passwordHash = password === undefined ? '' : await hashPassword(password);
    const id = new mongoose.Types.ObjectId().toHexString();
    const details = { username, name, role, password: password === undefined ? 'none' : 'set' };
    const announce = { kind: 'person', personIds: [id] } as const;
    const made = await makeChange(actor, { action: 'user.created', targetId: id, details, announce }, () =>
      people.insert({ id, username, name, role, passwordHash }),
    );
    if (!made) throw conflict(`The username ${username} is taken.`);
    return found(await people.find(id), 'person');
  };
}

export type AddPerson = ReturnType<typeof createAddPerson>;
