import { join } from 'node:path';
import { childEnvironment } from '../project/child-environment.ts';
import { ROOT, STATE_FOLDER } from '../project/folders.ts';
import { createProgressBoard } from '../terminal/progress-board.ts';
import { tellFailure } from '../terminal/refusal.ts';
import { buildWeb } from './build-web.ts';
import { openBrowser } from './open-browser.ts';
import { HELP, readStartOptions, type StartOptions } from './options.ts';
import { runStack, type Stack } from './run-stack.ts';
import { allPorts, planServices } from './service-plans.ts';
import { welcome } from './welcome.ts';

function describeStack(options: StartOptions): Stack {
  const { portBase, gateways, messageServices } = options;
  const env = childEnvironment();
  const board = createProgressBoard();
  const address = `http://localhost:${portBase}`;
  return {
    options,
    root: ROOT,
    stateFolder: STATE_FOLDER,
    env,
    board,
    ports: allPorts(portBase, gateways, messageServices),
    plan: (urls) =>
      planServices({ root: ROOT, stateFolder: STATE_FOLDER, portBase, gateways, messageServices, env, ...urls }),
    async build(guard) {
      board.set('web', 'working', 'building');
      await buildWeb({ root: ROOT, env, guard, logFolder: join(STATE_FOLDER, 'logs') });
      board.set('web', 'done', 'built');
    },
    onReady({ mongo }) {
      board.say(welcome({ address, ownDatabase: mongo.kind === 'uri' }));
      if (options.open) openBrowser(address, board.say);
    },
  };
}

async function main(): Promise<number> {
  try {
    const options = readStartOptions(process.argv.slice(2), process.env);
    if (!options.help) return await runStack(describeStack(options));
    console.log(HELP);
    return 0;
  } catch (fault) {
    tellFailure(fault);
    return 1;
  }
}

process.exit(await main());
