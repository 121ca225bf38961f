import mongoose, { type Connection } from 'mongoose';

interface ImportRecord {
  _id: mongoose.Types.ObjectId;
  state: string;
  actorId: string;
  startedAt: Date;
  /** Moves while the job lives. */
  seenAt: Date;
  progress: string | null;
  lines: string[];
  outcome: Record<string, unknown> | null;
}

export type StoredImport = Omit<ImportRecord, '_id' | 'seenAt'> & { id: string };

/** A job reports every few seconds; one that is silent for longer died with its service. */
const silentAfterMs = 30_000;

/** Uploaded imports and how they went; the database removes them after some months. */
export function createRosterImportsRepository(connection: Connection) {
  const imports = connection.collection<ImportRecord>('rosterImports');
  const byId = (id: string) => ({ _id: new mongoose.Types.ObjectId(id) });

  return {
    async begin(actorId: string): Promise<string> {
      const _id = new mongoose.Types.ObjectId();
      const now = new Date();
      const begun = { state: 'running', actorId, startedAt: now, seenAt: now };
      await imports.insertOne({ _id, ...begun, progress: null, lines: [], outcome: null });
      return _id.toHexString();
    },
    async report(id: string, progress: string | null): Promise<void> {
      await imports.updateOne(byId(id), { $set: { seenAt: new Date(), progress } });
    },
    async finish(id: string, end: Pick<StoredImport, 'state' | 'lines' | 'outcome'>): Promise<void> {
      await imports.updateOne(byId(id), { $set: { ...end, seenAt: new Date(), progress: null } });
    },
    async find(id: string): Promise<StoredImport | null> {
      const found = await imports.findOne(byId(id));
      if (!found) return null;
      const { _id, seenAt, ...stored } = found;
      const isSilent = stored.state === 'running' && seenAt.getTime() < Date.now() - silentAfterMs;
      return { ...stored, id, ...(isSilent ? { state: 'interrupted' } : {}) };
    },
  };
}

export type RosterImportsRepository = ReturnType<typeof createRosterImportsRepository>;
