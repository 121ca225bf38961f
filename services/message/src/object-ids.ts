import mongoose from 'mongoose';

export type ObjectId = mongoose.Types.ObjectId;

export function toObjectId(id: string): ObjectId {
  return new mongoose.Types.ObjectId(id);
}

export function newObjectId(): ObjectId {
  return new mongoose.Types.ObjectId();
}

/** MongoDB's code for a write that a unique index refused. */
export function isDuplicateKey(error: unknown): boolean {
  return (error as { code?: unknown })?.code === 11000;
}
