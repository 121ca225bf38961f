import { writeSync } from 'node:fs';
import { createLog } from '@hallway/platform';
import { buildWorker } from '../src/app.ts';
import { readWorkerConfig } from '../src/config.ts';

/**
 * A worker that is killed while it delivers: `before` the notification has left, or just `after`. It runs as a process of
 * its own, with its environment as JSON in the first argument.
 */
const [environment = '{}', moment] = process.argv.slice(2);
const log = createLog({ service: 'worker', instance: 'dying', level: 'info' });

const worker = buildWorker({
  config: readWorkerConfig(JSON.parse(environment) as Record<string, string>),
  log,
  instance: 'dying',
  deliver: async (notification) => {
    // At once, unlike the log: what has left stays out there.
    if (moment === 'after') writeSync(1, `${JSON.stringify({ ...notification, message: 'notification delivered' })}\n`);
    process.kill(process.pid, 'SIGKILL');
  },
});
await worker.start();
