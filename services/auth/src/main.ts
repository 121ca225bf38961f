import { runService } from '@hallway/platform';
import { buildAuthService } from './app.ts';
import { readAuthConfig } from './config.ts';

await runService({ name: 'auth', readConfig: () => readAuthConfig(process.env), build: buildAuthService });
