import { randomBytes } from 'node:crypto';
import { AppError } from '@hallway/platform';
import mongoose, { type Connection } from 'mongoose';
import { type Factors, noFactors } from './factors.ts';

type ObjectId = mongoose.Types.ObjectId;

interface FactorsRecord extends Factors {
  /** The person's id: everything of one person is one document, so that it changes as one. */
  _id: ObjectId;
  /** What authenticators know the person by: random, so that it says nothing. Base64url. */
  handle: string;
  /** Grows with each change, so that no two overwrite each other. */
  version: number;
}

/** The factors of a person, and what authenticators know them by. */
export interface KnownFactors {
  userId: string;
  handle: string;
  factors: Factors;
}

const duplicateKey = 11_000;
const handleBytes = 32;
// Two tabs and a phone of one person change nothing more often than this at once.
const changeAttempts = 10;

export function createFactorsRepository(connection: Connection) {
  const records = connection.collection<FactorsRecord>('secondFactors');

  async function findRecord(userId: string): Promise<FactorsRecord | null> {
    return records.findOne({ _id: toId(userId) });
  }

  /** Makes an empty record unless there is one: the handle is chosen once. */
  async function ensure(userId: string): Promise<FactorsRecord> {
    const empty = { ...noFactors, handle: randomBytes(handleBytes).toString('base64url'), version: 1 };
    const known = await findRecord(userId);
    if (known) return known;
    try {
      await records.insertOne({ _id: toId(userId), ...empty });
    } catch (error) {
      // Somebody was quicker, and theirs counts.
      if ((error as { code?: unknown }).code !== duplicateKey) throw error;
    }
    return (await findRecord(userId)) ?? { _id: toId(userId), ...empty };
  }

  /** False: another change came in between. */
  async function replace({ _id, version }: FactorsRecord, next: Factors): Promise<boolean> {
    try {
      const $set = { ...next, version: version + 1 };
      const { matchedCount } = await records.updateOne({ _id, version }, { $set });
      return matchedCount === 1;
    } catch (error) {
      if ((error as { code?: unknown }).code !== duplicateKey) throw error;
      throw new AppError({ code: 'CONFLICT', message: 'This passkey is in use already.' });
    }
  }

  return {
    async find(userId: string): Promise<Factors> {
      const record = await findRecord(userId);
      return record ? toKnown(record).factors : noFactors;
    },

    async findByHandle(handle: string): Promise<KnownFactors | null> {
      const record = await records.findOne({ handle });
      return record && toKnown(record);
    },

    async known(userId: string): Promise<KnownFactors> {
      return toKnown(await ensure(userId));
    },

    /**
     * Changes the factors of a person by a function, which is asked again when another change came in between and which may
     * throw. Null from it changes nothing. Answers what it answered. Atomic for the person. Throws `CONFLICT` for a passkey
     * that somebody else has.
     */
    async change(userId: string, apply: (factors: Factors) => Factors | null): Promise<Factors | null> {
      for (let attempt = 0; attempt < changeAttempts; attempt += 1) {
        const record = await ensure(userId);
        const next = apply(toKnown(record).factors);
        if (next === null) return null;
        if (await replace(record, next)) return next;
      }
      throw new AppError({ code: 'TEMPORARILY_UNAVAILABLE', internal: 'too many changes at once', retryAfterMs: 1000 });
    },
  };
}

export type FactorsRepository = ReturnType<typeof createFactorsRepository>;

function toId(id: string): ObjectId {
  return new mongoose.Types.ObjectId(id);
}

function toKnown({ _id, handle, totp, pendingTotp, recoveryMarks, passkeys }: FactorsRecord): KnownFactors {
  return { userId: _id.toHexString(), handle, factors: { totp, pendingTotp, recoveryMarks, passkeys } };
}
