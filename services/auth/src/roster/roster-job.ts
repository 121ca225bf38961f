import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { type RosterImportQuery, rosterExitCodes, rosterUploadBytes } from '@hallway/contracts';
import { AppError, type Log } from '@hallway/platform';
import { describeOutcome, describeProgress } from './describe-outcome.ts';
import type { RosterOutcome, RosterProgress } from './import-roster.ts';
import type { RosterImportsRepository } from './roster-imports.repository.ts';

export interface RosterJobsDeps {
  imports: RosterImportsRepository;
  /** What the importing process is told: the stores, and the cost of a password. */
  environment: Record<string, string>;
  log: Log;
}

export interface RosterUpload {
  body: Readable;
  query: RosterImportQuery;
  actor: { id: string; username: string };
}

type JobEvent =
  | ({ event: 'progress' } & RosterProgress)
  | ({ event: 'outcome' } & RosterOutcome)
  | { event: 'waiting' | 'busy' };

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const reportEveryMs = 1000;
/**
 * What grows with the school lies on the disk (`open-staging.ts`): 200,000 people with 1,000,000 enrolments take less than 256 MB
 * in all, and less of it is heap. Left alone, Node lets garbage take several times what is needed.
 */
const memoryBounds = ['--max-old-space-size=256', '--max-semi-space-size=8'];

/**
 * Imports uploaded rosters, one at a time, each in a process of its own: its memory and its hashing must not stand in the way of
 * people who sign in. `stop` ends a running one; running it again finishes it.
 */
export function createRosterJobs({ imports, environment, log }: RosterJobsDeps) {
  let running: ChildProcess | null = null;
  let isTaken = false;
  let done: Promise<void> = Promise.resolve();

  async function run(path: string, { id, upload }: { id: string; upload: RosterUpload }): Promise<void> {
    const args = [...memoryBounds, main, path, ...toArguments(upload)];
    // Its rows go to the disk where the upload is, and nowhere else.
    const env = { ...environment, TMPDIR: dirname(path) };
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.on('error', (error) => log.error({ err: error }, 'a roster import could not be started'));
    running = child;
    await followImport(child, id, imports);
  }

  /** Stores the upload and starts the import. Throws `CONFLICT` while another one runs, and `PAYLOAD_TOO_LARGE`. */
  async function startImport(upload: RosterUpload): Promise<string> {
    if (isTaken) throw new AppError({ code: 'CONFLICT', message: 'Another roster is being imported.' });
    isTaken = true;
    const folder = await mkdtemp(join(tmpdir(), 'hallway-roster-'));
    const cleanUp = async () => {
      running = null;
      isTaken = false;
      await rm(folder, { recursive: true, force: true });
    };
    try {
      const path = join(folder, 'roster.zip');
      await pipeline(upload.body, createSizeLimit(rosterUploadBytes), createWriteStream(path));
      const id = await imports.begin(upload.actor.id);
      done = run(path, { id, upload })
        .catch((error) => log.error({ err: error }, 'a roster import could not be followed'))
        .finally(cleanUp);
      return id;
    } catch (error) {
      await cleanUp();
      throw error;
    }
  }

  return {
    startImport,
    async stop(): Promise<void> {
      running?.kill('SIGTERM');
      await done;
    },
  };
}

export type RosterJobs = ReturnType<typeof createRosterJobs>;

/** Reads what an import says until it ends, and keeps its record up to date. */
async function followImport(child: ChildProcess, id: string, imports: RosterImportsRepository): Promise<void> {
  let last: JobEvent = { event: 'waiting' };
  const timer = setInterval(() => void imports.report(id, toLine(last)).catch(() => undefined), reportEveryMs);
  const exited: Promise<(number | null)[]> = once(child, 'exit').catch(() => [null]);
  let [complaint, code]: [string, number | null] = ['', null];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = `${complaint}${text}`.slice(-2000);
  });
  try {
    if (child.stdout) for await (const line of createInterface({ input: child.stdout })) last = readEvent(line) ?? last;
    [code = null] = await exited;
  } finally {
    clearInterval(timer);
  }
  await imports.finish(id, toEnd(last, { code, complaint: complaint.trim() }));
}

function createSizeLimit(most: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      bytes += chunk.length;
      if (bytes > most) next(new AppError({ code: 'PAYLOAD_TOO_LARGE', internal: 'a roster upload is too large' }));
      else next(null, chunk);
    },
  });
}

function toArguments({ query, actor }: RosterUpload): string[] {
  const { dryRun, delta, confirmRemovals, adoptAccounts } = query;
  const flags = {
    '--dry-run': dryRun,
    '--delta': delta,
    '--confirm-removals': confirmRemovals,
    '--adopt-accounts': adoptAccounts,
  };
  const given = Object.entries(flags).flatMap(([flag, value]) => (value === 'true' ? [flag] : []));
  return ['--events', '--actor', actor.username, ...given];
}

/** Other lines are the process's log. */
function readEvent(line: string): JobEvent | null {
  try {
    const event = JSON.parse(line) as JobEvent;
    return typeof event.event === 'string' ? event : null;
  } catch {
    return null;
  }
}

function toLine(event: JobEvent): string | null {
  if (event.event === 'progress') return describeProgress(event);
  return event.event === 'waiting' ? 'waiting' : null;
}

function toEnd(last: JobEvent, { code, complaint }: { code: number | null; complaint: string }) {
  if (last.event === 'outcome') {
    const { event: _event, ...outcome } = last;
    return { state: outcome.state, lines: describeOutcome(outcome), outcome: { ...outcome } };
  }
  if (last.event === 'busy')
    return { state: 'busy', lines: ['Another import is running. Nothing was written.'], outcome: null };
  const lines = [complaint || 'The import ended before it was done. Running it again finishes it.'];
  // A file that cannot even be opened has no outcome.
  return { state: code === rosterExitCodes.faulty ? 'faulty' : 'failed', lines, outcome: null };
}
