import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../../tools/project/folders.ts';
import { describeMutations } from '../mutation/report-mutations.ts';
import type { ChaosOptions } from '../options.ts';
import type { ScenarioResult } from '../played-scenario.ts';
import { type ChaosRun, hasPassed } from '../run-chaos.ts';
import { figureTable } from './figure-table.ts';
import { table } from './markdown.ts';
import { memorySection } from './memory-section.ts';
import type { Spread } from './percentiles.ts';

interface Report {
  options: ChaosOptions;
  run: ChaosRun;
  startedAt: string;
  minutes: number;
}

const beyondIt = [
  'Everything ran on one machine over loopback. What that cannot show: real networks, with their losses, their routes and their',
  'distances; the loss of what a disk had promised to keep; a database of several nodes, its elections and its majority; and',
  'loads beyond what the cores carry beside the clients themselves.',
].join('\n');

/** Writes `report.json` and `report.md` into the folder. Answers the text. */
export function writeReport(folder: string, report: Report): string {
  mkdirSync(folder, { recursive: true });
  const machine = describeMachine();
  writeFileSync(join(folder, 'report.json'), JSON.stringify({ ...report, machine, beyondIt }, null, 2));
  const text = toMarkdown(report, machine);
  writeFileSync(join(folder, 'report.md'), text);
  return text;
}

function describeMachine() {
  const [first] = cpus();
  return {
    cores: cpus().length,
    cpu: first?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    commit: commit(),
  };
}

function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') === '' ? '' : ' with changes'}`;
  } catch {
    return 'unknown';
  }
}

function toMarkdown({ options, run, startedAt, minutes }: Report, machine: ReturnType<typeof describeMachine>): string {
  const again = `npm run chaos -- --seed ${options.seed}${options.short ? ' --short' : ` --minutes ${options.minutes}`}`;
  const only = options.only.length > 0 ? ` --only ${options.only.join(',')}` : '';
  const { cores, cpu, memoryGb, system, node } = machine;
  return [
    `# Chaos run of ${startedAt}: ${hasPassed(run) ? 'passed' : 'FAILED'}`,
    '',
    `Seed ${options.seed}, one run of ${minutes} minutes in all. Again: \`${again}${only}\`.`,
    `${cores} cores (${cpu}), ${memoryGb} GB, ${system}, Node ${node}, ${run.engines.join(', ')}, commit ${machine.commit}.`,
    '',
    beyondIt,
    '',
    ...table(countsHead, run.results.map(countsRow)),
    '',
    'Milliseconds, p50 / p99 / max:',
    '',
    ...table(
      ['scenario', 'acknowledged in', 'seen in', 'healed in', 'resumed in', 'take-over', 'at rest in'],
      run.results.map(timesRow),
    ),
    '',
    ...table(
      ['scenario', 'load', 'seconds', 'pages of history', 'resyncs', 'reconnects', 'tried again'],
      run.results.map(loadRow),
    ),
    '',
    ...run.aborted.map(({ id, why }) => `**${id} could not be played to its end:** ${why}\n`),
    ...run.results.flatMap(details),
    ...(run.mutations === null ? [] : describeMutations(run.mutations)),
    ...memorySection(run),
  ].join('\n');
}

const counts = ['written', 'acknowledged', 'lost', 'doubled', 'reordered', 'wrong counts', 'other', 'faults'];
const countsHead = ['scenario', 'result', ...counts];

function countsRow({ id, problems, verdict, faults }: ScenarioResult): string[] {
  const { invoked, ok, lost, doubled, reordered, miscounted, illegitimate, doubleEffects, unresolved } = verdict.counts;
  const other = illegitimate + doubleEffects + unresolved;
  const numbers = [invoked, ok, lost, doubled, reordered, miscounted, other, faults.length];
  return [id, problems.length === 0 ? 'passed' : '**FAILED**', ...numbers.map(String)];
}

function timesRow({ id, measures, settled }: ScenarioResult): string[] {
  const { ackMs, seenMs, healMs, resumeMs, takeOverMs } = measures;
  const spreads = [ackMs, seenMs, healMs, resumeMs, takeOverMs].map(show);
  return [id, ...spreads, settled.withinMs === null ? 'never' : String(settled.withinMs)];
}

function show(spread: Spread | null): string {
  return spread === null ? '–' : `${spread.p50} / ${spread.p99} / ${spread.max}`;
}

function loadRow({ id, load, seconds, crowd }: ScenarioResult): string[] {
  const { clients, secondDevices, groups, membersPerGroup, absentPerGroup, directRooms, perSecond } = load;
  const away = absentPerGroup === 0 ? '' : ` (and ${absentPerGroup} away)`;
  const rooms = `${groups} rooms of ${membersPerGroup}${away}, ${directRooms} of two`;
  const size = `${clients} people, ${clients + secondDevices} devices, ${rooms}, ${perSecond}/s`;
  const troubles = Object.entries(crowd.sendTroubles).map(([code, count]) => `${code} ${count}`);
  return [
    ...[id, size, String(seconds), String(crowd.historyFetches), String(crowd.resyncs), String(crowd.reconnects)],
    troubles.join(', ') || '–',
  ];
}

function details({ id, title, problems, notes, figures, verdict, logs, settled }: ScenarioResult): string[] {
  const errors = Object.entries(logs.errors).map(([text, count]) => `- ${count} × \`${text.replaceAll('`', "'")}\``);
  const found = [
    ...problems.map((problem) => `- **${problem}**`),
    ...verdict.violations
      .slice(0, 10)
      .map((one) => `- ${one.invariant}: ${one.message} \`${JSON.stringify(one.evidence)}\``),
    ...(settled.withinMs === null ? settled.left.map((line) => `- ${line}`) : []),
    ...notes.map((line) => `- ${line}`),
    ...errors,
  ];
  const listed = found.length === 0 ? [] : [...found, ''];
  return [`## ${id}: ${title}`, '', ...figureTable(figures), ...listed];
}
