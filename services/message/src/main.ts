import { readStartConfiguration, runService } from '@hallway/platform';
import { buildMessageService } from './app.ts';
import { messageConfig, readMessageConfig } from './config.ts';
import { stopWithinMs } from './stop-times.ts';

await runService({
  name: 'message',
  readConfig: () =>
    readStartConfiguration({
      service: 'message',
      schema: messageConfig,
      read: readMessageConfig,
      environment: process.env,
      args: process.argv.slice(2),
    }),
  build: buildMessageService,
  stopWithinMs,
});
