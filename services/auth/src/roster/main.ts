import { rosterExitCodes } from '@hallway/contracts';
import { ConfigError, createLog, readConfig } from '@hallway/platform';
import { describeOutcome } from './describe-outcome.ts';
import { rosterConfig } from './roster-config.ts';
import { UnreadableRoster } from './roster-files.ts';
import { readRosterOptions, rosterUsage, WrongUsage } from './roster-options.ts';
import { runRosterImport } from './run-roster-import.ts';
import { createShowProgress } from './show-progress.ts';

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A fault of whoever called, as text and exit code; null for anything else. */
function toRefusal(error: unknown): { message: string; code: number } | null {
  if (error instanceof WrongUsage) return { message: `${error.message}\n\n${rosterUsage}`, code: 2 };
  if (error instanceof ConfigError) return { message: error.message, code: 1 };
  if (error instanceof UnreadableRoster) return { message: error.message, code: rosterExitCodes.faulty };
  return null;
}

async function main(args: string[]): Promise<number> {
  if (args.includes('--help')) {
    say(rosterUsage);
    return 0;
  }
  const options = readRosterOptions(args);
  const config = readConfig(rosterConfig, process.env);
  const log = createLog({ service: 'roster', instance: `roster-${process.pid}`, level: config.LOG_LEVEL });
  const progress = createShowProgress(process.stdout);
  const tell = (event: string, fields: object) => say(JSON.stringify({ event, ...fields }));
  const outcome = await runRosterImport({
    config,
    options,
    log,
    onProgress: options.events ? (fields) => tell('progress', fields) : progress.show,
    onWait: () =>
      options.events ? tell('waiting', {}) : say('  another import is running, or was killed a moment ago; waiting'),
  });
  progress.end();
  if (outcome === null) {
    if (options.events) tell('busy', {});
    else say('Another import is running. Nothing was written.');
    return rosterExitCodes.busy;
  }
  if (options.events) tell('outcome', { ...outcome });
  else for (const line of describeOutcome(outcome)) say(line);
  return rosterExitCodes[outcome.state];
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { message, code } = toRefusal(error) ?? { message: `The import failed: ${(error as Error).message}`, code: 1 };
  process.stderr.write(`${message}\n`);
  process.exitCode = code;
}
