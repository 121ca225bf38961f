import type { mongo } from 'mongoose';
import mongoose from 'mongoose';
import type { Position } from '../page.ts';

/** A filter for a part of a text, taken literally. The text in the database must be in the same letters. */
export function containing(part: string): { $regex: string } {
  return { $regex: part.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&') };
}

/** A filter for what comes after a place in a list that is sorted by `field` and then by `_id`. */
export function followingBy(field: string, { key, id }: Position): mongo.Filter<mongo.Document> {
  const _id = { $gt: new mongoose.Types.ObjectId(id) };
  return { $or: [{ [field]: { $gt: key } }, { [field]: key, _id }] };
}

/** Two writers of the same new thing can meet; the unique index lets the first one through. */
export function isDuplicate(error: unknown): boolean {
  return (error as { code?: unknown }).code === duplicateKey;
}

const duplicateKey = 11_000;
