import type { PublicUser } from '@hallway/contracts';
import { openSchoolRecords, toPublicUser, type UserRecord } from '@hallway/policy';
import mongoose, { type Connection } from 'mongoose';

/** An account as this service knows it. `passwordHash` never leaves the service. */
export interface Account extends PublicUser {
  passwordHash: string;
  active: boolean;
}

/** Usernames are the same whatever their case. */
export function toUsernameKey(username: string): string {
  return username.normalize('NFKC').toLowerCase();
}

export function createAccountsRepository(connection: Connection) {
  const { users } = openSchoolRecords(connection);

  return {
    async findByUsername(username: string): Promise<Account | null> {
      const user = await users.findOne({ usernameKey: toUsernameKey(username) });
      return user && toAccount(user);
    },
    async findById(id: string): Promise<Account | null> {
      const user = await users.findOne({ _id: new mongoose.Types.ObjectId(id) });
      return user && toAccount(user);
    },
    /** Replaces a hash unless it was replaced meanwhile; says whether it did. */
    async replacePasswordHash(id: string, before: string, after: string): Promise<boolean> {
      const filter = { _id: new mongoose.Types.ObjectId(id), passwordHash: before };
      const { matchedCount } = await users.updateOne(filter, { $set: { passwordHash: after } });
      return matchedCount === 1;
    },
  };
}

export type AccountsRepository = ReturnType<typeof createAccountsRepository>;

function toAccount(user: UserRecord): Account {
  return { ...toPublicUser(user), passwordHash: user.passwordHash, active: user.active };
}

/** What a client may see of an account. */
export function toAccountAnswer({ id, username, name, role }: Account): PublicUser {
  return { id, username, name, role };
}
