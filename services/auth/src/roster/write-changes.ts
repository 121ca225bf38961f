import type { DirectoryChanges } from '@hallway/bus';
import type { DirectoryChangeKind } from '@hallway/contracts';
import mongoose, { type mongo } from 'mongoose';
import { slicesOf } from './in-batches.ts';
import { type ChangeBatch, type ChangeKind, changesPerBatch } from './roster-changes.ts';
import type { RosterRecords } from './roster-records.ts';

export interface WriteChangesDeps {
  records: RosterRecords;
  changes: Pick<DirectoryChanges, 'publish'>;
  endSessionsOf: (userId: string, reason: 'deactivated' | 'role-changed') => Promise<unknown>;
}

const announcedAs: Partial<Record<ChangeKind, DirectoryChangeKind>> = {
  course: 'course',
  section: 'course',
  person: 'person',
  guardianship: 'guardianship',
  enrolment: 'enrolment',
};

/** Each ending is a few round trips: enough at once to keep both sides busy. */
const endingsAtOnce = 8;

/**
 * Writes a batch with one `bulkWrite`, ends the sessions that it ends, and announces it. Each document is written atomically,
 * a batch is not; what a killed run left undone, the next one finds again. That sessions still have to end is part of the
 * account's document until they have.
 */
export function createWriteChanges({ records, changes, endSessionsOf }: WriteChangesDeps) {
  const collections: Record<ChangeKind, mongo.Collection<never>> = {
    term: records.terms as unknown as mongo.Collection<never>,
    course: records.courses as unknown as mongo.Collection<never>,
    section: records.sections as unknown as mongo.Collection<never>,
    person: records.users as unknown as mongo.Collection<never>,
    guardianship: records.guardianships as unknown as mongo.Collection<never>,
    enrolment: records.enrolments as unknown as mongo.Collection<never>,
  };

  async function endSessions(batch: ChangeBatch): Promise<void> {
    const endings = batch.changes.flatMap(({ endSessions: ending }) => (ending ? [ending] : []));
    for (const slice of slicesOf(endings, endingsAtOnce)) {
      await Promise.all(slice.map(({ userId, reason }) => endSessionsOf(userId, reason)));
    }
    if (endings.length === 0) return;
    const ids = endings.map(({ userId }) => new mongoose.Types.ObjectId(userId));
    await records.users.updateMany({ _id: { $in: ids } }, { $set: { 'roster.endSessions': null } });
  }

  async function writeBatch(batch: ChangeBatch): Promise<void> {
    if (batch.changes.length === 0) return;
    const writes = batch.changes.map(({ write }) => write);
    try {
      await collections[batch.kind].bulkWrite(writes, { ordered: false });
    } finally {
      await announce(batch);
    }
    await endSessions(batch);
  }

  /** Announced also when the outcome is unknown: listeners read the truth from the database. */
  async function announce({ kind, changes: made }: ChangeBatch): Promise<void> {
    const announced = announcedAs[kind];
    const personIds = [...new Set(made.flatMap((change) => change.personIds))];
    const courseIds = [...new Set(made.flatMap((change) => change.courseIds))];
    if (!announced || (personIds.length === 0 && courseIds.length === 0)) return;
    await changes.publish([{ kind: announced, personIds, courseIds }]);
  }

  /**
   * Takes usernames away from accounts that get another one in this import, so that those who are to have them can. Nobody can
   * sign in to such an account until its own batch is written, moments later or by the next run.
   */
  async function freeUsernames(userIds: Iterable<string>): Promise<void> {
    for (const slice of slicesOf(userIds, changesPerBatch)) {
      const writes = slice.map((id) => {
        const filter = { _id: new mongoose.Types.ObjectId(id) };
        return { updateOne: { filter, update: { $set: { usernameKey: `~${id}` } } } };
      });
      await records.users.bulkWrite(writes, { ordered: false });
    }
  }

  return { writeBatch, freeUsernames };
}

export type WriteChanges = ReturnType<typeof createWriteChanges>;
