import { tellFailure } from '../terminal/refusal.ts';
import { HELP, readSmokeOptions } from './options.ts';
import { runSmoke } from './run-smoke.ts';

async function main(): Promise<number> {
  try {
    const options = readSmokeOptions(process.argv.slice(2), process.env);
    if (options === 'help') {
      console.log(HELP);
      return 0;
    }
    await runSmoke({ ...options, say: (line) => console.log(line) });
    console.log('  Hallway works.');
    return 0;
  } catch (fault) {
    tellFailure(fault);
    return 1;
  }
}

process.exit(await main());
