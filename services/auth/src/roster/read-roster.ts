import { readCsvRows } from './csv-rows.ts';
import { fileKinds, type ReadContext } from './file-kinds.ts';
import type { Staging } from './open-staging.ts';
import { shown } from './read-fields.ts';
import type { FileMode, Manifest } from './read-manifest.ts';
import type { RosterFaults } from './roster-faults.ts';
import { type RosterFileName, type RosterFiles, rosterFileNames } from './roster-files.ts';
import type { RosterRow, RosterRows, RowTable } from './roster-rows.ts';

export interface ReadRosterOptions extends ReadContext {
  files: RosterFiles;
  manifest: Manifest;
  faults: RosterFaults;
  /** Still empty. */
  rows: RosterRows;
  /** Fills in what earlier imports left, for the files that bring changes only, or nothing. */
  loadKnown: (names: RosterFileName[], rows: RosterRows) => Promise<void>;
  onProgress: (file: string, rows: number) => void;
}

/** Rows between two reports of progress. */
const reportEvery = 5000;

/**
 * Reads a delivery as the whole roster that it stands for: a bulk file replaces what was known, a delta file changes it, and
 * an absent one leaves it. Reading the same again makes the same roster. Holds the small files and one row of a large one.
 */
export async function readRoster(options: ReadRosterOptions): Promise<void> {
  const { manifest, loadKnown, rows } = options;
  const kept = rosterFileNames.filter((name) => manifest[name] !== 'bulk');
  if (kept.length > 0) await loadKnown(kept, rows);
  for (const name of rosterFileNames) {
    if (manifest[name] !== 'absent') await readTable(name, options);
  }
  const classId = rows.staging.prepare('INSERT INTO classIds VALUES (?)');
  for (const id of rows.classes.keys()) classId.run(id);
  rows.staging.addIndexes();
}

async function readTable(name: RosterFileName, options: ReadRosterOptions): Promise<void> {
  const { files, faults, manifest, rows, onProgress } = options;
  const table = toTable(rows[name] as Map<string, RosterRow> | RowTable<RosterRow>);
  const { required, toRow } = fileKinds[name];
  const deleted = createDeletedIds(rows.staging, name);
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
    if (row) table.set(row);
    else table.delete(id);
  }
  onProgress(file, count);
}

/** Small files and large ones are filled alike. */
function toTable(rows: Map<string, RosterRow> | RowTable<RosterRow>): RowTable<RosterRow> {
  if (!(rows instanceof Map)) return rows;
  return {
    lineOf: (id) => rows.get(id)?.line ?? null,
    set: (row) => void rows.set(row.sourcedId, row),
    delete: (id) => void rows.delete(id),
  };
}

/** What a file says has gone. */
function createDeletedIds(staging: Staging, file: RosterFileName) {
  const insert = staging.prepare('INSERT OR IGNORE INTO deleted VALUES (?, ?)');
  const find = staging.prepare('SELECT 1 FROM deleted WHERE file = ? AND sourcedId = ?');
  return { add: (id: string) => insert.run(file, id), has: (id: string) => find.get(file, id) !== null };
}

interface RowCheck {
  file: string;
  line: number;
  values: Readonly<Record<string, string>>;
  faults: RosterFaults;
  id: string;
  mode: FileMode;
  table: Pick<RowTable<RosterRow>, 'lineOf'>;
  deleted: { has: (id: string) => boolean };
}

/** What every row of every file must have: an id that stands once, and in a delta its status and time. */
function findRowFaults(check: RowCheck): boolean {
  const message = findIdFault(check) ?? findStatusFault(check);
  if (message !== null) check.faults.add({ file: check.file, line: check.line, message });
  return message !== null;
}

function findIdFault({ id, table, deleted }: RowCheck): string | null {
  if (id === '') return 'sourcedId is empty';
  const before = table.lineOf(id);
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
