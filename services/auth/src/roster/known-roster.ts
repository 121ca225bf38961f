import type { AnyBulkWriteOperation } from './engine-types.ts';
import { slicesOf } from './in-batches.ts';
import { changesPerBatch, differing } from './roster-changes.ts';
import type { RosterFileName } from './roster-files.ts';
import type { CatalogRecord, RosterRecords, RosterUserRecord } from './roster-records.ts';
import type { RosterRows } from './roster-rows.ts';

const catalogFiles = ['orgs', 'academicSessions', 'courses', 'classes'] as const;

/** What earlier imports left: the rows that a delta changes. Row by row as they were delivered, with line 0. */
export function createKnownRoster(records: RosterRecords) {
  return {
    /** Adds the rows of these files. */
    async load(names: RosterFileName[], rows: RosterRows): Promise<void> {
      const files = catalogFiles.filter((file) => names.includes(file));
      for await (const { file, row } of records.catalog.find({ file: { $in: files } })) {
        const sourcedId = String(row.sourcedId);
        (rows[file] as Map<string, unknown>).set(sourcedId, { ...row, sourcedId, line: 0 });
      }
      const wantsEnrolments = names.includes('enrollments');
      if (wantsEnrolments || names.includes('users') || names.includes('roles')) {
        await loadPeople(records, rows, names);
        if (wantsEnrolments) await loadEnrolments(records, rows);
      }
    },

    /** Remembers the small files as they are now. Once more changes nothing. */
    async saveCatalog(rows: RosterRows): Promise<void> {
      for (const writes of slicesOf(await findCatalogWrites(records, rows), changesPerBatch)) {
        await records.catalog.bulkWrite(writes, { ordered: false });
      }
    },
  };
}

export type KnownRoster = ReturnType<typeof createKnownRoster>;

async function findCatalogWrites({ catalog }: RosterRecords, rows: RosterRows) {
  const before = new Map((await catalog.find({}).toArray()).map((record) => [record._id, record]));
  const writes: AnyBulkWriteOperation<CatalogRecord>[] = [];
  for (const file of catalogFiles) {
    for (const { line: _line, ...row } of rows[file].values()) {
      const _id = `${file}/${row.sourcedId}`;
      const known = before.get(_id);
      before.delete(_id);
      if (known && !differing(known.row, row)) continue;
      writes.push({ replaceOne: { filter: { _id }, replacement: { file, row }, upsert: true } });
    }
  }
  for (const _id of before.keys()) writes.push({ deleteOne: { filter: { _id } } });
  return writes;
}

/** Notes the roster's id of each account, listed or not, too. */
async function loadPeople({ users }: RosterRecords, rows: RosterRows, names: RosterFileName[]): Promise<void> {
  const account = rows.staging.prepare('INSERT INTO accounts VALUES (?, ?)');
  const projection = { sourcedId: 1, username: 1, name: 1, roster: 1 };
  for await (const user of users.find({ sourcedId: { $exists: true } }, { projection, batchSize: changesPerBatch })) {
    const { sourcedId, roster } = user;
    if (sourcedId === undefined) continue;
    account.run(user._id.toHexString(), sourcedId);
    if (!roster?.listed) continue;
    if (names.includes('users')) rows.users.set(toUserRow(user, sourcedId, roster));
    if (names.includes('roles')) addRoleRows(rows, sourcedId, roster);
  }
}

type RosterState = NonNullable<RosterUserRecord['roster']>;

function toUserRow({ username, name }: RosterUserRecord, sourcedId: string, { enabled, agentIds }: RosterState) {
  return { sourcedId, line: 0, username, name, enabled, agentIds };
}

function addRoleRows(rows: RosterRows, userId: string, { roles }: RosterState): void {
  for (const { sourcedId, role, safetyStaff, primary } of roles) {
    rows.roles.set({ sourcedId, line: 0, userId, primary, role: role && { role, safetyStaff } });
  }
}

async function loadEnrolments({ enrolments }: RosterRecords, rows: RosterRows): Promise<void> {
  const account = rows.staging.prepare<{ sourcedId: string }>('SELECT sourcedId FROM accounts WHERE id = ?');
  const ofRoster = enrolments.find({ source: 'roster' }, { batchSize: changesPerBatch });
  for await (const { userId, rosterRows = [] } of ofRoster) {
    const user = account.get(userId.toHexString())?.sourcedId;
    if (user === undefined) continue;
    for (const row of rosterRows) rows.enrollments.set({ ...row, line: 0, userId: user });
  }
}
