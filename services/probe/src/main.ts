import { readStartConfiguration, runService } from '@hallway/platform';
import { buildProbe } from './app.ts';
import { probeConfig, readProbeConfig } from './config.ts';
import { stopWithinMs } from './stop-times.ts';

await runService({
  name: 'probe',
  readConfig: () =>
    readStartConfiguration({
      service: 'probe',
      schema: probeConfig,
      read: readProbeConfig,
      environment: process.env,
      args: process.argv.slice(2),
    }),
  build: buildProbe,
  stopWithinMs,
});
