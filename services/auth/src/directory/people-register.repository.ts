import type { PublicUser, Role } from '@hallway/contracts';
import { openSchoolRecords, rolesOf, toObjectIds, toPublicUser, type UserRecord } from '@hallway/policy';
import mongoose, { type Connection, type mongo } from 'mongoose';
import { toUsernameKey } from '../accounts/accounts.repository.ts';
import type { Position } from '../page.ts';
import { containing, followingBy, isDuplicate } from './filters.ts';

/** An account as administrators see it. */
export interface RegisteredPerson extends PublicUser {
  /** All roles, the primary one first. */
  roles: Role[];
  safetyStaff: boolean;
  hasPassword: boolean;
  sourcedId: string | null;
  active: boolean;
  createdAt: Date;
}

export interface NewPerson {
  id: string;
  username: string;
  name: string;
  role: Role;
  /** Empty: without a password. */
  passwordHash: string;
}

export interface PersonFields {
  name?: string;
  /** The first one becomes the primary role. */
  roles?: Role[];
  safetyStaff?: boolean;
  active?: boolean;
  passwordHash?: string;
}

export interface PeopleListing {
  /** Part of a name or username, without regard to case. */
  query: string | undefined;
  role: Role | undefined;
  active: boolean | undefined;
  after: Position | undefined;
  limit: number;
}

/** Accounts, for those who manage them. */
export function createPeopleRegister(connection: Connection) {
  const { users } = openSchoolRecords(connection);

  return {
    async find(id: string): Promise<RegisteredPerson | null> {
      const [_id] = toObjectIds([id]);
      const user = _id && (await users.findOne({ _id }));
      return user ? toRegistered(user) : null;
    },

    /** People by id, unknown ones absent. One query. */
    async findMany(ids: string[]): Promise<Map<string, RegisteredPerson>> {
      const found = ids.length > 0 ? await users.find({ _id: { $in: toObjectIds(ids) } }).toArray() : [];
      return new Map(found.map((user) => [user._id.toHexString(), toRegistered(user)]));
    },

    /** By username, in whatever case; null for nobody. */
    async findByUsername(username: string): Promise<RegisteredPerson | null> {
      const user = await users.findOne({ usernameKey: toUsernameKey(username) });
      return user && toRegistered(user);
    },

    /** Makes an active account. False: the username is taken, in whatever case. Atomic. */
    async insert(person: NewPerson): Promise<boolean> {
      try {
        await users.insertOne(toNewRecord(person));
        return true;
      } catch (error) {
        if (isDuplicate(error)) return false;
        throw error;
      }
    },

    /**
     * Changes what is given and nothing else. Null: nobody has this id. Atomic. `endsSessions` begins a new epoch of the
     * person's sessions in the same step: those of before cannot be refreshed any more.
     */
    async change(id: string, fields: PersonFields, { endsSessions = false } = {}): Promise<RegisteredPerson | null> {
      const _id = new mongoose.Types.ObjectId(id);
      const update = { ...toUpdate(fields), ...(endsSessions ? { $inc: { sessionsEpoch: 1 } } : {}) };
      const user = await users.findOneAndUpdate({ _id }, update as mongo.UpdateFilter<UserRecord>, {
        returnDocument: 'after',
      });
      return user && toRegistered(user);
    },

    async hasActiveAdmin(): Promise<boolean> {
      const admin = { active: true, $or: [{ role: 'admin' as const }, { roles: 'admin' as const }] };
      return (await users.findOne(admin, { projection: { _id: 1 } })) !== null;
    },

    /** People by name, up to `limit`. */
    async list(listing: PeopleListing): Promise<(RegisteredPerson & Position)[]> {
      const found = await users.find(toFilter(listing)).sort({ nameKey: 1, _id: 1 }).limit(listing.limit).toArray();
      return found.map((user) => ({ ...toRegistered(user), key: user.nameKey }));
    },
  };
}

export type PeopleRegister = ReturnType<typeof createPeopleRegister>;

function toRegistered(user: UserRecord): RegisteredPerson {
  return {
    ...toPublicUser(user),
    roles: rolesOf(user),
    safetyStaff: user.safetyStaff === true,
    hasPassword: user.passwordHash !== '',
    sourcedId: user.sourcedId ?? null,
    active: user.active,
    createdAt: user.createdAt,
  };
}

function toNewRecord({ id, username, name, role, passwordHash }: NewPerson): UserRecord {
  const createdAt = new Date();
  const keys = { usernameKey: toUsernameKey(username), nameKey: toUsernameKey(name) };
  const account = { username, name, ...keys, role, roles: [role], passwordHash };
  return { _id: new mongoose.Types.ObjectId(id), ...account, active: true, createdAt, changedAt: createdAt };
}

function toUpdate({ name, roles, safetyStaff, ...fields }: PersonFields): mongo.UpdateFilter<UserRecord> {
  const [role] = roles ?? [];
  const $set = {
    ...fields,
    ...(name === undefined ? {} : { name, nameKey: toUsernameKey(name) }),
    ...(roles && role ? { role, roles } : {}),
    ...(safetyStaff === true ? { safetyStaff } : {}),
    changedAt: new Date(),
  };
  return safetyStaff === false ? { $set, $unset: { safetyStaff: true } } : { $set };
}

function toFilter({ query, role, active, after }: PeopleListing): mongo.Filter<UserRecord> {
  const conditions: mongo.Filter<UserRecord>[] = [];
  if (active !== undefined) conditions.push({ active });
  if (role) conditions.push({ $or: [{ role }, { roles: role }] });
  if (query) {
    const part = containing(toUsernameKey(query));
    conditions.push({ $or: [{ nameKey: part }, { usernameKey: part }] });
  }
  if (after) conditions.push(followingBy('nameKey', after) as mongo.Filter<UserRecord>);
  return conditions.length > 0 ? { $and: conditions } : {};
}
