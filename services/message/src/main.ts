import { runService } from '@hallway/platform';
import { buildMessageService } from './app.ts';
import { readMessageConfig } from './config.ts';

await runService({
  name: 'message',
  readConfig: () => readMessageConfig(process.env),
  build: buildMessageService,
});
