import type { Connection } from 'mongoose';
import { type ObjectId, toObjectId } from '../object-ids.ts';

interface UserDocument {
  _id: ObjectId;
  active: boolean;
}

/** Reads accounts. The auth service is their only writer. */
export function createPeopleReader(connection: Connection) {
  const users = connection.collection<UserDocument>('users');

  return {
    /** Whether somebody has an account that is open. */
    async isActive(userId: string): Promise<boolean> {
      const found = await users.findOne({ _id: toObjectId(userId) }, { projection: { _id: 0, active: 1 } });
      return found?.active === true;
    },
  };
}

export type PeopleReader = ReturnType<typeof createPeopleReader>;
