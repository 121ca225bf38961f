import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { eventually } from '@hallway/testkit';
import { findNginx } from '../../tools/nginx/find-nginx.ts';
import { findFreePort } from '../../tools/ports/open-ports.ts';

const script = resolve(import.meta.dirname, '../../deploy/nginx/start.sh');

export interface NginxDoor {
  port: number;
  internalPort: number;
  origin: string;
  /** Requests that were answered so far, oldest first. A socket is answered when it closes. */
  log: () => Record<string, unknown>[];
  /** What start.sh made of the template. */
  rendered: (file: string) => string;
  stop: (signal?: NodeJS.Signals) => Promise<number | null>;
}

/** A folder that nginx may read: its workers run as nobody when the tests run as root. */
export function makeReadableFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hallway-door-'));
  chmodSync(folder, 0o755);
  return folder;
}

/** A web client of three files, one of them worth compressing, beside a file that is nobody's business. */
export function makeWebFolder(): string {
  const folder = join(makeReadableFolder(), 'dist');
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<title>the client</title>');
  writeFileSync(join(folder, 'theme.js'), 'export {};');
  writeFileSync(join(folder, 'assets/index-4f3a.js'), `export const long = '${'x'.repeat(4000)}';`);
  writeFileSync(join(folder, '../secret.txt'), 'secret');
  return folder;
}

/** The environment in which start.sh finds nginx. */
export async function nginxEnvironment(): Promise<Record<string, string>> {
  const nginx = await findNginx(process.env);
  return { PATH: [dirname(nginx), process.env.PATH ?? ''].join(delimiter) };
}

/** The real nginx with the configuration that compose and the web image start it with. Resolves when it answers. */
export async function startNginx(env: Record<string, string>): Promise<NginxDoor> {
  const folder = makeReadableFolder();
  const [port, internalPort] = [await findFreePort(), await findFreePort()];
  // A file, because nginx opens its standard output again by name, which a socket does not allow.
  const output = join(folder, 'output.log');
  const file = openSync(output, 'w');
  const child = spawn('sh', [script], {
    stdio: ['ignore', file, file],
    env: {
      ...(await nginxEnvironment()),
      ...{ PORT: String(port), INTERNAL_PORT: String(internalPort), LISTEN_ADDRESS: '127.0.0.1' },
      STATE_FOLDER: join(folder, 'state'),
      ...env,
    },
  });
  closeSync(file);
  const ended = once(child, 'exit');
  const read = () => readFileSync(output, 'utf8');
  await eventually(
    async () => {
      if (child.exitCode !== null) return;
      const response = await fetch(`http://127.0.0.1:${internalPort}/readyz`);
      if (!response.ok) throw new Error('nginx is not ready');
    },
    { withinMs: 20_000 },
  );
  if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}:\n${read()}`);
  return {
    ...{ port, internalPort, origin: `http://127.0.0.1:${port}` },
    log: () =>
      read()
        .split('\n')
        .filter((line) => line.startsWith('{') && line.endsWith('}'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    rendered: (name) => readFileSync(join(folder, 'state', name), 'utf8'),
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null) child.kill(signal);
      const [code] = (await ended) as [number | null];
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}
