import { randomBytes } from 'node:crypto';
import { CreateUserBody } from '@hallway/contracts';
import { parse } from '@hallway/platform';
import mongoose from 'mongoose';
import { conflict, readLine, readUsername } from '../admin/read-fields.ts';
import type { AuditLog } from '../audit/audit-log.repository.ts';
import type { PeopleRegister } from '../directory/people-register.repository.ts';

export interface FirstAdminDeps {
  people: Pick<PeopleRegister, 'hasActiveAdmin' | 'findByUsername' | 'insert'>;
  auditLog: Pick<AuditLog, 'append'>;
  hashPassword: (password: string) => Promise<string>;
}

export interface FirstAdmin {
  username: string;
  name: string;
  /** Who asked for it, in the words of the machine: whoever runs this has the database's own rights. */
  operator: string;
}

/**
 * Makes the account with which an institution begins, and answers its password, which is stored nowhere. Throws `CONFLICT`
 * where somebody administers already or the username is taken, and `VALIDATION_FAILED`.
 */
export function createMakeFirstAdmin({ people, auditLog, hashPassword }: FirstAdminDeps) {
  return async function makeFirstAdmin({ operator, ...fields }: FirstAdmin): Promise<string> {
    const body = parse(CreateUserBody, { ...fields, role: 'admin' });
    const username = readUsername(body.username);
    const name = readLine(body.name, '/name');
    if (await people.hasActiveAdmin())
      throw conflict('There is an administrator already, who makes others: npm run admin -- users add.');
    // Asked before the entry, which would name an administrator who never was; the unique index decides when two ask at once.
    if (await people.findByUsername(username)) throw conflict(`The username ${username} is taken.`);
    const password = makePassword();
    const person = { id: new mongoose.Types.ObjectId().toHexString(), username, name, role: 'admin' } as const;
    const details = { username, name, role: person.role, password: 'set', operator };
    await auditLog.append({ actorId: null, action: 'user.created', targetId: person.id, details });
    if (!(await people.insert({ ...person, passwordHash: await hashPassword(password) })))
      throw conflict(`The username ${username} is taken.`);
    return password;
  };
}

// Letters and digits that nobody takes for each other, 32 of them: five bits each, a hundred in all.
const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
const groups = 4;
const groupLength = 5;

function makePassword(): string {
  const picked = [...randomBytes(groups * groupLength)].map((byte) => letters[byte % letters.length]).join('');
  return picked.match(new RegExp(`.{${groupLength}}`, 'g'))?.join('-') ?? picked;
}
