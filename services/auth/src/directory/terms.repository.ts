import { openSchoolRecords, type TermRecord, toObjectIds } from '@hallway/policy';
import mongoose, { type Connection } from 'mongoose';

export interface SchoolTerm {
  id: string;
  title: string;
  startsAt: Date;
  endsAt: Date;
}

// Fifty years of ten terms each.
const termsLimit = 500;

export function createTermsRepository(connection: Connection) {
  const { terms } = openSchoolRecords(connection);

  return {
    async find(id: string): Promise<SchoolTerm | null> {
      const [_id] = toObjectIds([id]);
      const term = _id && (await terms.findOne({ _id }));
      return term ? toTerm(term) : null;
    },

    async insert({ id, ...term }: SchoolTerm): Promise<void> {
      await terms.insertOne({ _id: new mongoose.Types.ObjectId(id), ...term, createdAt: new Date() });
    },

    async change({ id, ...term }: SchoolTerm): Promise<void> {
      await terms.updateOne({ _id: new mongoose.Types.ObjectId(id) }, { $set: term });
    },

    /** All terms, the one that begins last first. */
    async list(): Promise<SchoolTerm[]> {
      const found = await terms.find().limit(termsLimit).toArray();
      return found.map(toTerm).sort((a, b) => b.startsAt.getTime() - a.startsAt.getTime());
    },
  };
}

export type TermsRepository = ReturnType<typeof createTermsRepository>;

function toTerm({ _id, title, startsAt, endsAt }: TermRecord): SchoolTerm {
  return { id: _id.toHexString(), title, startsAt, endsAt };
}
