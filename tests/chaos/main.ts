import { join } from 'node:path';
import { endWithStarter } from '../../tools/project/end-with-starter.ts';
import { STATE_FOLDER } from '../../tools/project/folders.ts';
import { tellFailure } from '../../tools/terminal/refusal.ts';
import { type ChaosOptions, help, readChaosOptions } from './options.ts';
import type { ScenarioResult } from './played-scenario.ts';
import { writeReport } from './report/write-report.ts';
import { hasPassed, runChaos } from './run-chaos.ts';

const say = (line: string) => void process.stdout.write(`${line}\n`);

function tell({ id, problems, verdict, measures, settled }: ScenarioResult): void {
  const { ok, lost, doubled, reordered, miscounted } = verdict.counts;
  const healed = measures.healMs === null ? '' : `, healed p99 ${measures.healMs.p99} ms`;
  const rest = settled.withinMs === null ? 'never at rest' : `at rest after ${settled.withinMs} ms`;
  const outcome = problems.length === 0 ? 'passed' : `FAILED: ${problems.join('; ')}`;
  const counts = `${ok} acknowledged, ${lost} lost, ${doubled} doubled, ${reordered} reordered, ${miscounted} wrong counts`;
  say(`${id}  ${outcome}\n    ${counts}${healed}, ${rest}`);
}

async function play(options: ChaosOptions): Promise<number> {
  const startedAt = new Date().toISOString();
  const folder = join(STATE_FOLDER, 'chaos', `${startedAt.replaceAll(/[:.]/g, '-')}-seed-${options.seed}`);
  const stop = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.resolve());
  say(`Seed ${options.seed}`);
  const run = await runChaos({ options, folder, say, onResult: tell, stopAsked: stop.promise });
  const minutes = Math.round((Date.now() - Date.parse(startedAt)) / 6000) / 10;
  say(`\n${writeReport(folder, { options, run, startedAt, minutes })}\nThe report is in ${folder}.`);
  return hasPassed(run) ? 0 : 1;
}

async function main(): Promise<number> {
  try {
    endWithStarter();
    const options = readChaosOptions(process.argv.slice(2));
    if (!options.help) return await play(options);
    say(help);
    return 0;
  } catch (fault) {
    tellFailure(fault);
    return 1;
  }
}

process.exit(await main());
