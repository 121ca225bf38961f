import type { mongo } from 'mongoose';

/** One write of a `bulkWrite`. */
export type AnyBulkWriteOperation<T extends mongo.Document> = mongo.AnyBulkWriteOperation<T>;
