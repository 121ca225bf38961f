import { readCsvRows } from './csv-rows.ts';
import { fileKinds, type ReadContext } from './file-kinds.ts';
import { shown } from './read-fields.ts';
import type { FileMode, Manifest } from './read-manifest.ts';
import type { RosterFaults } from './roster-faults.ts';
import { type RosterFileName, type RosterFiles, rosterFileNames } from './roster-files.ts';
import { createEmptyRows, type EnrolmentRow, type RoleRow, type RosterRow, type RosterRows } from './roster-rows.ts';

export interface ReadRosterOptions extends ReadContext {
  files: RosterFiles;
  manifest: Manifest;
  faults: RosterFaults;
  /** What earlier imports left, for the files that bring changes only, or nothing. */
  loadKnown: (names: RosterFileName[]) => Promise<RosterRows>;
  onProgress: (file: string, rows: number) => void;
}

/** Rows between two reports of progress. */
const reportEvery = 5000;

/**
 * Reads a delivery as the whole roster that it stands for: a bulk file replaces what was known, a delta file changes it, and
 * an absent one leaves it. Reading the same again makes the same roster. Remembers about 200 bytes of a row.
 */
export async function readRoster(options: ReadRosterOptions): Promise<RosterRows> {
  const { manifest, loadKnown } = options;
  const kept = rosterFileNames.filter((name) => manifest[name] !== 'bulk');
  const rows = kept.length > 0 ? await loadKnown(kept) : createEmptyRows();
  for (const name of rosterFileNames) {
    if (manifest[name] !== 'absent') await readTable(name, rows, options);
  }
  return rows;
}

async function readTable<N extends RosterFileName>(
  name: N,
  rows: RosterRows,
  options: ReadRosterOptions,
): Promise<void> {
  const { files, faults, manifest, onProgress } = options;
  const table = rows[name] as Map<string, RosterRow>;
  const { required, toRow } = fileKinds[name];
  const deleted = new Set<string>();
  const file = `${name}.csv`;
  let count = 0;
  for await (const { line, values } of readCsvRows({ files, name, required, faults })) {
    count += 1;
    if (count % reportEvery === 0) onProgress(file, count);
    const source = { file, line, values, faults };
    const id = (values.sourcedId ?? '').trim();
    const isFaulty = findRowFaults({ ...source, id, mode: manifest[name], table, deleted });
    if (isFaulty) continue;
    if (values.status?.trim().toLowerCase() === 'tobedeleted') {
      deleted.add(id);
      table.delete(id);
      continue;
    }
    const row = toRow(source, id, options);
    if (row) table.set(id, share(name, row as unknown as RosterRow, rows));
    else table.delete(id);
  }
  onProgress(file, count);
}

interface RowCheck {
  file: string;
  line: number;
  values: Readonly<Record<string, string>>;
  faults: RosterFaults;
  id: string;
  mode: FileMode;
  table: Map<string, { line: number }>;
  deleted: Set<string>;
}

/** What every row of every file must have: an id that stands once, and in a delta its status and time. */
function findRowFaults(check: RowCheck): boolean {
  const message = findIdFault(check) ?? findStatusFault(check);
  if (message !== null) check.faults.add({ file: check.file, line: check.line, message });
  return message !== null;
}

function findIdFault({ id, table, deleted }: RowCheck): string | null {
  if (id === '') return 'sourcedId is empty';
  const before = table.get(id)?.line;
  if (before) return `sourcedId ${id} stands twice, first in line ${before}`;
  return deleted.has(id) ? `sourcedId ${id} stands twice` : null;
}

function findStatusFault({ values, mode }: RowCheck): string | null {
  const status = values.status?.trim().toLowerCase() ?? '';
  const isStatus = status === 'active' || status === 'tobedeleted' || (status === '' && mode === 'bulk');
  if (!isStatus) return `status must be active or tobedeleted, and is ${shown(status)}`;
  const modified = values.dateLastModified?.trim() ?? '';
  if (modified === '' && mode === 'delta') return 'dateLastModified is empty, which a delta needs';
  return modified !== '' && Number.isNaN(Date.parse(modified)) ? 'dateLastModified is no time' : null;
}

/** Ids of other files are kept once in memory, however many rows name them. */
function share<Row extends object>(name: RosterFileName, row: Row, { users, classes }: RosterRows): Row {
  if (name === 'enrollments') {
    const { userId, classId } = row as unknown as EnrolmentRow;
    return {
      ...row,
      userId: users.get(userId)?.sourcedId ?? userId,
      classId: classes.get(classId)?.sourcedId ?? classId,
    };
  }
  if (name === 'roles') {
    const { userId } = row as unknown as RoleRow;
    return { ...row, userId: users.get(userId)?.sourcedId ?? userId };
  }
  return row;
}
