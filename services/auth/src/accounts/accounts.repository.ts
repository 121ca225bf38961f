import type { PublicUser, Role } from '@hallway/contracts';
import { rolesOf, toPublicUser, type UserRecord } from '@hallway/policy';
import mongoose, { type Connection } from 'mongoose';

/** An account as this service knows it. `passwordHash` never leaves the service. */
export interface Account extends PublicUser {
  /** Empty: no password was set. */
  passwordHash: string;
  active: boolean;
  /** All of them, the primary one first. */
  roles: Role[];
  /** Grows when all sessions of the person end: a session of an earlier epoch is over. */
  sessionsEpoch: number;
}

/** Missing: 0. */
type AccountRecord = UserRecord & { sessionsEpoch?: number };

/** Usernames are the same whatever their case. */
export function toUsernameKey(username: string): string {
  return username.normalize('NFKC').toLowerCase();
}

export function createAccountsRepository(connection: Connection) {
  const users = connection.collection<AccountRecord>('users');

  return {
    async findByUsername(username: string): Promise<Account | null> {
      const user = await users.findOne({ usernameKey: toUsernameKey(username) });
      return user && toAccount(user);
    },
    async findById(id: string): Promise<Account | null> {
      const user = await users.findOne({ _id: new mongoose.Types.ObjectId(id) });
      return user && toAccount(user);
    },
    /** Replaces a hash by another of the same password, unless it was replaced meanwhile; says whether it did. */
    async replacePasswordHash(id: string, before: string, after: string): Promise<boolean> {
      const filter = { _id: new mongoose.Types.ObjectId(id), passwordHash: before };
      const { matchedCount } = await users.updateOne(filter, { $set: { passwordHash: after } });
      return matchedCount === 1;
    },
    /**
     * Sets a new password unless it was changed meanwhile, and begins a new epoch of sessions with it. Answers the number of the
     * epoch; null when it was changed. Atomic: no session of the former password outlives it.
     */
    async changePasswordHash(id: string, before: string, after: string): Promise<number | null> {
      const user = await users.findOneAndUpdate(
        { _id: new mongoose.Types.ObjectId(id), passwordHash: before },
        { $set: { passwordHash: after }, $inc: { sessionsEpoch: 1 } },
        { returnDocument: 'after' },
      );
      return user && (user.sessionsEpoch ?? 0);
    },
    /** Begins a new epoch of sessions and answers its number; 0 when there is no such account. Atomic. */
    async advanceSessionsEpoch(id: string): Promise<number> {
      const filter = { _id: new mongoose.Types.ObjectId(id) };
      const user = await users.findOneAndUpdate(filter, { $inc: { sessionsEpoch: 1 } }, { returnDocument: 'after' });
      return user?.sessionsEpoch ?? 0;
    },
  };
}

export type AccountsRepository = ReturnType<typeof createAccountsRepository>;

function toAccount(user: AccountRecord): Account {
  const { passwordHash, active, sessionsEpoch = 0 } = user;
  return { ...toPublicUser(user), roles: rolesOf(user), passwordHash, active, sessionsEpoch };
}

/** What a client may see of an account. */
export function toAccountAnswer({ id, username, name, role }: Account): PublicUser {
  return { id, username, name, role };
}
