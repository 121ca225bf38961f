import { endWithStarter } from '../project/end-with-starter.ts';
import { STATE_FOLDER } from '../project/folders.ts';
import { tellFailure } from '../terminal/refusal.ts';
import { readKeysOptions } from './options.ts';
import { runKeysCommand } from './run-keys-command.ts';

async function main(): Promise<number> {
  try {
    endWithStarter();
    const options = readKeysOptions(process.argv.slice(2), process.env, STATE_FOLDER);
    for (const line of await runKeysCommand(options, new Date())) console.log(line);
    return 0;
  } catch (fault) {
    tellFailure(fault);
    return 1;
  }
}

process.exit(await main());
