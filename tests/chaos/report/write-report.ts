import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../../tools/project/folders.ts';
import type { ChaosOptions } from '../options.ts';
import type { ChaosRun } from '../run-chaos.ts';
import type { ScenarioResult } from '../run-scenario.ts';
import type { Spread } from './percentiles.ts';

interface Report {
  options: ChaosOptions;
  run: ChaosRun;
  startedAt: string;
  minutes: number;
}

/** Writes `report.json` and `report.md` into the folder. Answers the text. */
export function writeReport(folder: string, report: Report): string {
  mkdirSync(folder, { recursive: true });
  const machine = describeMachine();
  writeFileSync(join(folder, 'report.json'), JSON.stringify({ ...report, machine }, null, 2));
  const text = toMarkdown(report, machine);
  writeFileSync(join(folder, 'report.md'), text);
  return text;
}

export function hasPassed({ results, aborted }: ChaosRun): boolean {
  return aborted.length === 0 && results.length > 0 && results.every(({ problems }) => problems.length === 0);
}

function describeMachine() {
  const [first] = cpus();
  return {
    cores: cpus().length,
    cpu: first?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    commit: commit(),
  };
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}

function toMarkdown({ options, run, startedAt, minutes }: Report, machine: ReturnType<typeof describeMachine>): string {
  const again = `npm run chaos -- --seed ${options.seed}${options.short ? ' --short' : ` --minutes ${options.minutes}`}`;
  const only = options.only.length > 0 ? ` --only ${options.only.join(',')}` : '';
  return [
    `# Chaos run of ${startedAt}: ${hasPassed(run) ? 'passed' : 'FAILED'}`,
    '',
    `Seed ${options.seed}, ${minutes} minutes in all. Again: \`${again}${only}\`.`,
    `${machine.cores} cores (${machine.cpu}), ${machine.memoryGb} GB, Node ${machine.node}, ${run.engines.join(', ')}, commit ${machine.commit}.`,
    'Everything runs on one machine over loopback: real networks, losses of a disk and databases of several nodes are beyond it.',
    '',
    ...table(
      [
        'scenario',
        'result',
        'written',
        'acknowledged',
        'lost',
        'doubled',
        'reordered',
        'wrong counts',
        'other',
        'faults',
      ],
      run.results.map(countsRow),
    ),
    '',
    'Milliseconds, p50 / p99 / max:',
    '',
    ...table(
      ['scenario', 'acknowledged in', 'seen in', 'healed in', 'resumed in', 'take-over', 'at rest in'],
      run.results.map(timesRow),
    ),
    '',
    ...table(
      ['scenario', 'load', 'seconds', 'pages of history', 'resyncs', 'reconnects', 'tried again', 'first-second share'],
      run.results.map(loadRow),
    ),
    '',
    ...run.aborted.map(({ id, why }) => `**${id} could not be played to its end:** ${why}\n`),
    ...run.results.flatMap(details),
    ...memoryLines(run),
  ].join('\n');
}

function table(head: string[], rows: string[][]): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

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

function loadRow({ id, load, seconds, crowd, measures }: ScenarioResult): string[] {
  const { clients, secondDevices, groups, membersPerGroup, directRooms, perSecond } = load;
  const size = `${clients} people, ${clients + secondDevices} devices, ${groups} × ${membersPerGroup} + ${directRooms} rooms, ${perSecond}/s`;
  const troubles = Object.entries(crowd.sendTroubles).map(([code, count]) => `${code} ${count}`);
  const share = measures.reconnectedInFirstSecond;
  return [
    ...[id, size, String(seconds), String(crowd.historyFetches), String(crowd.resyncs), String(crowd.reconnects)],
    ...[troubles.join(', ') || '–', share === null ? '–' : `${Math.round(share * 100)} %`],
  ];
}

function details({ id, title, problems, notes, verdict, logs, settled, measures }: ScenarioResult): string[] {
  const errors = Object.entries(logs.errors).map(([text, count]) => `- ${count} × \`${text.replaceAll('`', "'")}\``);
  const never =
    measures.neverHealed === 0 ? [] : [`- ${measures.neverHealed} times a client had not healed in the end`];
  const found = [
    ...problems.map((problem) => `- **${problem}**`),
    ...verdict.violations
      .slice(0, 10)
      .map((one) => `- ${one.invariant}: ${one.message} \`${JSON.stringify(one.evidence)}\``),
    ...(settled.withinMs === null ? settled.left.map((line) => `- ${line}`) : []),
    ...(problems.length === 0 ? [] : never),
    ...notes.map((line) => `- ${line}`),
    ...errors,
  ];
  return found.length === 0 ? [] : [`## ${id}: ${title}`, '', ...found, ''];
}

function memoryLines({ memory }: ChaosRun): string[] {
  if (memory.length === 0) return [];
  const rows = memory.map(({ name, minutes, firstMb, lastMb, slopeMbPerHour, files }) => [
    ...[
      name,
      String(minutes),
      `${firstMb} → ${lastMb}`,
      slopeMbPerHour === null ? 'too short to say' : `${slopeMbPerHour}`,
    ],
    String(files),
  ]);
  return [
    '## Memory, over the longest life of each process',
    '',
    ...table(['process', 'minutes', 'MB', 'MB an hour', 'files'], rows),
  ];
}
