import { readStartConfiguration, runService } from '@hallway/platform';
import { buildAuthService } from './app.ts';
import { authConfig, readAuthConfig } from './config.ts';
import { stopWithinMs } from './stop-times.ts';

await runService({
  name: 'auth',
  readConfig: () =>
    readStartConfiguration({
      service: 'auth',
      schema: authConfig,
      read: readAuthConfig,
      environment: process.env,
      args: process.argv.slice(2),
    }),
  build: buildAuthService,
  stopWithinMs,
});
