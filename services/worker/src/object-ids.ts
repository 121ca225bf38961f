import mongoose from 'mongoose';

export type ObjectId = mongoose.Types.ObjectId;

export function toObjectId(id: string): ObjectId {
  return new mongoose.Types.ObjectId(id);
}

/** The least id that could have been made at this time: ids begin with their second. */
export function firstObjectIdAt(time: Date): ObjectId {
  return mongoose.Types.ObjectId.createFromTime(Math.floor(time.getTime() / 1000));
}

/** MongoDB's code for a write that a unique index refused. */
export function isDuplicateKey(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 11000;
}
