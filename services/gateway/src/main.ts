import { readStartConfiguration, runService } from '@hallway/platform';
import { buildGateway } from './app.ts';
import { gatewayConfig, readGatewayConfig } from './config.ts';
import { stopWithinMs } from './stop-times.ts';

await runService({
  name: 'gateway',
  readConfig: () =>
    readStartConfiguration({
      service: 'gateway',
      schema: gatewayConfig,
      read: readGatewayConfig,
      environment: process.env,
      args: process.argv.slice(2),
    }),
  build: buildGateway,
  stopWithinMs,
});
