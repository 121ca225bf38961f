import { runAdmin } from './run-admin.ts';
import { createSecrets } from './secrets.ts';

process.exitCode = await runAdmin({
  line: process.argv.slice(2),
  env: process.env,
  secrets: createSecrets(process.env),
  say: console.log,
  complain: console.error,
});
