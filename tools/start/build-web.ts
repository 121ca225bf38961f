import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Guard } from '../processes/guard.ts';
import { createProcessLog } from '../processes/process-log.ts';
import { Refusal } from '../terminal/refusal.ts';

/** Above the stores, beside the services: whatever is under way ends with us. */
const RANK = 2;

export interface WebBuild {
  root: string;
  env: NodeJS.ProcessEnv;
  guard: Guard;
  logFolder: string;
}

/** Builds the web client, or finds in turbo's cache that nothing changed. Rejects with a `Refusal` that shows the end of the output. */
export async function buildWeb({ root, env, guard, logFolder }: WebBuild): Promise<void> {
  const log = createProcessLog(join(logFolder, 'web-build.log'), () => {});
  const args = ['run', 'build', '--filter=@hallway/web', '--output-logs=new-only'];
  const child = spawn(join(root, 'node_modules/.bin/turbo'), args, {
    cwd: root,
    env: { ...env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid !== undefined) guard.watch(pid, RANK);
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk) => log.write(chunk));
  const { promise, resolve } = Promise.withResolvers<string | null>();
  child.once('error', (fault) => resolve(fault.message));
  child.once('close', (code) => resolve(code === 0 ? null : `exit code ${code}`));
  const fault = await promise;
  if (pid !== undefined) guard.forget(pid);
  log.close();
  if (fault === null && existsSync(join(root, 'web/dist/index.html'))) return;
  const lines = log.tail().map((line) => `    ${line}`);
  const reason = fault ?? 'it made no web/dist/index.html';
  throw new Refusal(
    [
      `The web client could not be built (${reason}).`,
      ...lines,
      `  The whole log is ${relative(root, log.path)}.`,
    ].join('\n'),
  );
}
