import type { AuditLog } from '../audit/audit-log.repository.ts';
import { checkReferences } from './check-references.ts';
import { createEmptyRows } from './create-empty-rows.ts';
import { createDirectoryIds } from './directory-ids.ts';
import { findChanges } from './find-changes.ts';
import { type ExcessRemoval, findExcessRemovals } from './find-excess-removals.ts';
import type { PeopleSearch } from './find-person-changes.ts';
import type { KnownRoster } from './known-roster.ts';
import { type Manifest, readManifest } from './read-manifest.ts';
import { readRoster } from './read-roster.ts';
import type { RosterChange } from './roster-changes.ts';
import { createRosterFaults, type RosterFault, type RosterFaults, type RosterNote } from './roster-faults.ts';
import type { RosterFiles } from './roster-files.ts';
import type { RosterRecords } from './roster-records.ts';
import type { RosterRows } from './roster-rows.ts';
import type { SetFirstPasswords } from './set-first-passwords.ts';
import { createTally, type KindSummary } from './tally-changes.ts';
import { toSchool } from './to-school.ts';
import type { WriteChanges } from './write-changes.ts';

export interface ImportRosterDeps {
  records: RosterRecords;
  known: KnownRoster;
  write: WriteChanges;
  setFirstPasswords: SetFirstPasswords;
  auditLog: Pick<AuditLog, 'append'>;
}

export interface RosterImport {
  files: RosterFiles;
  /** Only computes and reports the difference. */
  dryRun: boolean;
  /** Refuses a delivery that holds whole files. */
  delta: boolean;
  /** Ends more than a tenth of a kind. */
  confirmRemovals: boolean;
  adoptAccounts: boolean;
  administrators: ReadonlySet<string>;
  /** For the audit log: who, and what is known of the delivery. */
  actorId: string | null;
  description: Record<string, unknown>;
  now: Date;
  onProgress: (progress: RosterProgress) => void;
  /** Called with every change before anything is written, in order. */
  onChange?: (change: RosterChange) => Promise<void> | void;
  /** Aborted when the import may no longer write. */
  signal: AbortSignal;
}

export interface RosterProgress {
  step: 'reading' | 'comparing' | 'writing' | 'passwords';
  /** The file or the kind of thing. */
  what: string;
  done: number;
  /** Unknown while reading and comparing. */
  total?: number;
}

export interface RosterOutcome {
  /** `faulty` and `stopped` wrote nothing; `stopped` is the guard against removals. */
  state: 'faulty' | 'stopped' | 'compared' | 'unchanged' | 'imported';
  faults: readonly RosterFault[];
  faultCount: number;
  notes: RosterNote[];
  difference: KindSummary[];
  excess: ExcessRemoval[];
  passwordsSet: number;
}

type Findings = Partial<Pick<RosterOutcome, 'difference' | 'excess' | 'passwordsSet'>>;

/**
 * Makes the directory agree with a roster: reads and checks all of it, finds the whole difference, and only then writes, in
 * batches of 500. Importing the same again changes nothing; a run that was killed is finished by running it again, as each
 * document is written with what is remembered of the roster. Only one import may run at a time, see `roster-lease.ts`.
 */
export function createImportRoster(deps: ImportRosterDeps) {
  const { auditLog, known, write } = deps;

  async function writeEverything({ search, rows, manifest, request, difference, total }: WholePlan): Promise<number> {
    const details = { ...request.description, planned: countsOf(difference) };
    const entry = { actorId: request.actorId, targetId: null };
    if (total > 0) {
      await auditLog.append({ ...entry, action: 'roster.import-started', details });
      await write.freeUsernames(search.holders);
      await writeAll(search, { request, write, total });
    }
    await known.saveCatalog(rows);
    const passwordsSet = manifest.users === 'absent' ? 0 : await setPasswords(deps, request, search.faults);
    if (total > 0 || passwordsSet > 0) {
      await auditLog.append({ ...entry, action: 'roster.imported', details: { ...details, passwordsSet } });
    }
    return passwordsSet;
  }

  async function importRows(request: RosterImport, rows: RosterRows): Promise<RosterOutcome> {
    const faults = createRosterFaults();
    const end = (state: RosterOutcome['state'], found: Findings = {}) => toOutcome(faults, state, found);
    const manifest = await readAll(request, { rows, known, faults });
    if (faults.count > 0) return end('faulty');
    const search = toSearch({ request, rows, faults, records: deps.records });
    const tally = await compareAll(search, request);
    const difference = tally.list();
    if (faults.count > 0) return end('faulty', { difference });
    const excess = findExcessRemovals(difference);
    if (request.dryRun) return end('compared', { difference, excess });
    if (excess.length > 0 && !request.confirmRemovals) return end('stopped', { difference, excess });
    const total = tally.total();
    const passwordsSet = await writeEverything({ search, rows, manifest, request, difference, total });
    return end(total > 0 || passwordsSet > 0 ? 'imported' : 'unchanged', { difference, excess, passwordsSet });
  }

  return async function importRoster(request: RosterImport): Promise<RosterOutcome> {
    const rows = createEmptyRows();
    try {
      return await importRows(request, rows);
    } finally {
      rows.staging.close();
    }
  };
}

interface ReadParts {
  rows: RosterRows;
  known: KnownRoster;
  faults: RosterFaults;
}

async function readAll(
  { files, delta, now, administrators, onProgress, signal }: RosterImport,
  { rows, known, faults }: ReadParts,
): Promise<Manifest> {
  const manifest = await readManifest(files, faults, delta);
  await readRoster({
    files,
    manifest,
    rows,
    faults,
    now,
    administrators,
    loadKnown: known.load,
    onProgress: (what, done) => {
      signal.throwIfAborted();
      onProgress({ step: 'reading', what, done });
    },
  });
  checkReferences(rows, manifest, faults);
  return manifest;
}

interface SearchParts {
  request: RosterImport;
  rows: RosterRows;
  faults: RosterFaults;
  records: RosterRecords;
}

function toSearch({ request, rows, faults, records }: SearchParts): PeopleSearch {
  const { now, adoptAccounts } = request;
  const school = toSchool(rows, faults);
  return { records, school, ids: createDirectoryIds(rows.staging), now, faults, adoptAccounts, holders: new Set() };
}

async function compareAll(search: PeopleSearch, { onChange, onProgress, signal }: RosterImport) {
  const tally = createTally();
  let done = 0;
  for await (const batch of findChanges(search)) {
    signal.throwIfAborted();
    tally.add(batch);
    for (const change of batch.changes) await onChange?.(change);
    done += batch.changes.length;
    onProgress({ step: 'comparing', what: batch.kind, done });
  }
  return tally;
}

interface WholePlan {
  search: PeopleSearch;
  rows: RosterRows;
  manifest: Manifest;
  request: RosterImport;
  difference: KindSummary[];
  total: number;
}

interface WritePlan {
  request: RosterImport;
  write: WriteChanges;
  total: number;
}

async function writeAll(search: PeopleSearch, { request, write, total }: WritePlan): Promise<void> {
  let done = 0;
  // What was noted once need not be noted again.
  const quiet = { ...search, faults: createRosterFaults() };
  for await (const batch of findChanges(quiet)) {
    request.signal.throwIfAborted();
    await write.writeBatch(batch);
    done += batch.changes.length;
    request.onProgress({ step: 'writing', what: batch.kind, done, total });
  }
}

async function setPasswords({ setFirstPasswords }: ImportRosterDeps, request: RosterImport, faults: RosterFaults) {
  return setFirstPasswords(request.files, {
    faults,
    onProgress: (done) => {
      request.signal.throwIfAborted();
      request.onProgress({ step: 'passwords', what: 'passwords', done });
    },
  });
}

function countsOf(difference: KindSummary[]) {
  return Object.fromEntries(difference.map(({ kind, counts }) => [kind, counts]));
}

function toOutcome(faults: RosterFaults, state: RosterOutcome['state'], found: Findings): RosterOutcome {
  const { difference = [], excess = [], passwordsSet = 0 } = found;
  return {
    state,
    faults: faults.list(),
    faultCount: faults.count,
    notes: faults.listNotes(),
    difference,
    excess,
    passwordsSet,
  };
}
