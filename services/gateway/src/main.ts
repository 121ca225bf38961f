import { runService } from '@hallway/platform';
import { buildGateway } from './app.ts';
import { readGatewayConfig } from './config.ts';

await runService({
  name: 'gateway',
  readConfig: () => readGatewayConfig(process.env),
  build: buildGateway,
  // The longest drain that makes sense, and what finishing takes; an orchestrator's own patience must be longer.
  stopWithinMs: 40_000,
});
