import { readStartConfiguration, runService } from '@hallway/platform';
import { buildWorker } from './app.ts';
import { readWorkerConfig, workerConfig } from './config.ts';
import { stopWithinMs } from './stop-times.ts';

await runService({
  name: 'worker',
  readConfig: () =>
    readStartConfiguration({
      service: 'worker',
      schema: workerConfig,
      read: readWorkerConfig,
      environment: process.env,
      args: process.argv.slice(2),
    }),
  build: buildWorker,
  stopWithinMs,
});
