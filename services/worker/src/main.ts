import { runService } from '@hallway/platform';
import { buildWorker } from './app.ts';
import { readWorkerConfig } from './config.ts';

await runService({
  name: 'worker',
  readConfig: () => readWorkerConfig(process.env),
  build: buildWorker,
});
