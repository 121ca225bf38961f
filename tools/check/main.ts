import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createGuard } from '../processes/guard.ts';
import { childEnvironment } from '../project/child-environment.ts';
import { endWithStarter } from '../project/end-with-starter.ts';
import { ROOT, STATE_FOLDER } from '../project/folders.ts';
import { duration } from '../terminal/colour.ts';
import { listChecks } from './checks.ts';
import { runChecks } from './run-checks.ts';

endWithStarter();
const guard = createGuard();
const began = Date.now();
const reportFolder = join(STATE_FOLDER, 'test-reports');
mkdirSync(reportFolder, { recursive: true });
const failed = await runChecks(listChecks(reportFolder), { root: ROOT, env: childEnvironment(), guard });
await guard.close();
console.log(
  failed.length === 0
    ? `\n  All checks passed in ${duration(Date.now() - began)}.`
    : `\n  Failed: ${failed.join(', ')} (${duration(Date.now() - began)}).`,
);
process.exit(failed.length === 0 ? 0 : 1);
