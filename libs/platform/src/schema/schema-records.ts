import type { Connection } from 'mongoose';

export interface SchemaRecord {
  /** The name of the step. */
  _id: string;
  at: Date;
  ms: number;
  /** The process that ran it. */
  by: string;
}

/** Which steps a database has been through. Written by whoever holds the lock, read by every service. */
export function createSchemaRecords(connection: Connection) {
  const records = connection.collection<SchemaRecord>('schemaSteps');
  return {
    async names(): Promise<ReadonlySet<string>> {
      const found = await records.find({}, { projection: { _id: 1 } }).toArray();
      return new Set(found.map(({ _id }) => _id));
    },
    /** Idempotent: a step that two runners ran, as a lost lock allows, is recorded once. */
    async add({ _id, ...facts }: SchemaRecord): Promise<void> {
      await records.updateOne({ _id }, { $setOnInsert: facts }, { upsert: true });
    },
  };
}
