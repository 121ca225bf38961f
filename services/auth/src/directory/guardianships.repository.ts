import { type GuardianshipRecord, openSchoolRecords } from '@hallway/policy';
import mongoose, { type Connection } from 'mongoose';
import { isDuplicate } from './filters.ts';

export interface Guardianship {
  parentId: string;
  childId: string;
  rights: { message: boolean };
  endsAt: Date | null;
}

// A family, or a home with many children in its care.
const familyLimit = 200;

/** Who is whose guardian. Never deleted: one that is over ends. */
export function createGuardianshipsRepository(connection: Connection) {
  const { guardianships } = openSchoolRecords(connection);

  return {
    async find(parentId: string, childId: string): Promise<Guardianship | null> {
      const found = await guardianships.findOne(toPair(parentId, childId));
      return found && toGuardianship(found);
    },

    /** Makes the guardianship exactly so, whatever it was. Atomic. */
    async put({ parentId, childId, rights, endsAt }: Guardianship): Promise<void> {
      const now = new Date();
      const update = { $set: { rights, endsAt, changedAt: now }, $setOnInsert: { createdAt: now } };
      const upsert = () => guardianships.updateOne(toPair(parentId, childId), update, { upsert: true });
      // Two upserts of the same new pair can meet: the second one then finds what the first one made.
      await upsert().catch((error) => (isDuplicate(error) ? upsert() : Promise.reject(error)));
    },

    /** Guardianships of a person on either side, ended ones too, up to 200 on each. Two queries. */
    async listOfPerson(userId: string): Promise<{ asParent: Guardianship[]; asChild: Guardianship[] }> {
      const id = new mongoose.Types.ObjectId(userId);
      const [asParent, asChild] = await Promise.all([
        guardianships.find({ parentId: id }).limit(familyLimit).toArray(),
        guardianships.find({ childId: id }).limit(familyLimit).toArray(),
      ]);
      return { asParent: asParent.map(toGuardianship), asChild: asChild.map(toGuardianship) };
    },
  };
}

export type GuardianshipsRepository = ReturnType<typeof createGuardianshipsRepository>;

function toPair(parentId: string, childId: string) {
  return { parentId: new mongoose.Types.ObjectId(parentId), childId: new mongoose.Types.ObjectId(childId) };
}

function toGuardianship({ parentId, childId, rights, endsAt = null }: GuardianshipRecord): Guardianship {
  const ids = { parentId: parentId.toHexString(), childId: childId.toHexString() };
  return { ...ids, rights: rights ?? { message: true }, endsAt };
}
