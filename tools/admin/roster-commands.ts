import { openAsBlob } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type RosterImportAnswer, type RosterImportJob, toRosterExitCode } from '@hallway/contracts';
import { Refusal } from '../terminal/refusal.ts';
import { AnsweredError } from './admin-client.ts';
import { argument, type Command, type CommandCall, flag, optional, type Told, text } from './command.ts';

export const rosterCommands: Command[] = [
  {
    name: 'roster import',
    args: ['file'],
    about: 'imports a OneRoster 1.2 ZIP; see docs/roster.md',
    options: {
      'dry-run': flag('shows the difference and writes nothing'),
      delta: flag('refuses a file that holds more than changes'),
      'confirm-removals': flag('goes on although more than a tenth of a kind would end'),
      'adopt-accounts': flag("makes accounts made by hand the roster's where the username is the same"),
      report: text('a file for the outcome as JSON: faults, notes, counts and examples'),
    },
    run: importRoster,
  },
  { name: 'roster show', args: ['import'], about: 'shows how an import went', run: showImport },
];

/** The import goes on without us; this is how often we look. */
const LOOK_EVERY_MS = 1000;
const PLAIN_LINE_EVERY_MS = 5000;

async function importRoster(call: CommandCall): Promise<Told> {
  const { client, options } = call;
  const path = argument(call, 0);
  const body = await openAsBlob(path, { type: 'application/zip' }).catch(() => {
    throw new Refusal(`${path} cannot be read. A folder is imported where the database is: see docs/roster.md.`);
  });
  const query = new URLSearchParams({
    dryRun: String(options['dry-run'] === true),
    delta: String(options.delta === true),
    confirmRemovals: String(options['confirm-removals'] === true),
    adoptAccounts: String(options['adopt-accounts'] === true),
  });
  const upload = client.upload<RosterImportAnswer>(`/api/admin/roster-imports?${query}`, body);
  const { import: begun } = await upload.catch(refuseUpload);
  const ended = await waitFor(call, begun);
  const report = optional(call, 'report');
  if (report !== undefined) await writeFile(report, `${JSON.stringify(ended.outcome, null, 2)}\n`);
  return tell(ended);
}

/** Another import may be known before the upload is there, and after it. */
function refuseUpload(fault: unknown): never {
  const isBusy = fault instanceof AnsweredError && fault.body.code === 'CONFLICT';
  throw isBusy ? new RosterRefusal(fault.message, 'busy') : fault;
}

async function waitFor(call: CommandCall, begun: RosterImportJob): Promise<RosterImportJob> {
  const show = createProgressLine(process.stderr);
  let job = begun;
  while (job.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    job = await look(call, begun.id);
    if (job.progress !== null) show(job.progress);
  }
  show(null);
  return job;
}

/** An import may take longer than a token lives: we then sign in once more. */
async function look({ client, secrets }: CommandCall, id: string): Promise<RosterImportJob> {
  const ask = async () => (await client.get<RosterImportAnswer>(`/api/admin/roster-imports/${id}`)).import;
  try {
    return await ask();
  } catch (fault) {
    if (!(fault instanceof AnsweredError) || fault.status !== 401) throw fault;
    await client.signIn(await secrets.credentials(), secrets.secondFactor);
    return ask();
  }
}

/** On the error output, so that the answer stays alone on the other: redrawn on a terminal, plain lines elsewhere. */
function createProgressLine(output: NodeJS.WriteStream) {
  let shownAt = 0;
  return (line: string | null): void => {
    if (output.isTTY) output.write(`\r\u001b[2K${line === null ? '' : `  ${line}`}`);
    else if (line !== null && Date.now() - shownAt >= PLAIN_LINE_EVERY_MS) {
      shownAt = Date.now();
      output.write(`  ${line}\n`);
    }
  };
}

async function showImport(call: CommandCall): Promise<Told> {
  const { import: job } = await call.client.get<RosterImportAnswer>(`/api/admin/roster-imports/${argument(call, 0)}`);
  return { json: job, lines: [`${job.state} (started ${job.startedAt})`, ...job.lines] };
}

/** An import that did not do what was asked, with the exit code that says why. */
export class RosterRefusal extends Refusal {
  readonly exitCode: number;

  constructor(message: string, state: string) {
    super(message);
    this.exitCode = toRosterExitCode(state);
  }
}

function tell(job: RosterImportJob): Told {
  const lines = [...job.lines, `Import ${job.id}`];
  if (toRosterExitCode(job.state) !== 0) throw new RosterRefusal(lines.join('\n'), job.state);
  return { json: job, lines };
}
