import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configuredServices, goodEnvironment } from './services.ts';

const root = resolve(import.meta.dirname, '../..');

/** Tells on standard error whenever the process opens a port or a connection, whatever library asks for it. */
const watchSockets = `
  import net from 'node:net';
  for (const [prototype, method, word] of [[net.Server.prototype, 'listen', 'LISTENS'], [net.Socket.prototype, 'connect', 'CONNECTS']]) {
    const original = prototype[method];
    prototype[method] = function (...args) {
      process.stderr.write(word + '\\n');
      return original.apply(this, args);
    };
  }`;

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a service as an operator would, until it ends by itself or has opened a connection. */
function run(service: string, environment: Record<string, string>, args: string[] = []): Promise<Ended> {
  const preload = `--import=data:text/javascript,${encodeURIComponent(watchSockets)}`;
  const main = `services/${service}/src/main.ts`;
  const child = spawn(process.execPath, [preload, main, ...args], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (text.includes('CONNECTS')) child.kill('SIGKILL');
  });
  const { promise, resolve: end } = Promise.withResolvers<Ended>();
  child.once('close', (code) => end({ code, stdout, stderr }));
  return promise;
}

const faults = {
  INTERNAL_PORT: 'many',
  HALLWAY_ORIGIN: 'http://hallway.example.edu',
  REDIS_URL: '',
  LOG_LEVEL: 'loud',
};
const bad = { ...goodEnvironment, ...faults };
/** Each test starts two processes, on a machine that runs other tests beside it. */
const withinMs = 90_000;

describe.each(configuredServices)('the process of $name', ({ name: service, schema }) => {
  it(
    'when its configuration is bad, says each fault on a line, opens nothing and ends with 1; so does --check-config',
    async () => {
      const [started, checked] = await Promise.all([run(service, bad), run(service, bad, ['--check-config'])]);
      expect(started).toEqual({ code: 1, stdout: '', stderr: expect.any(String) });
      const lines = started.stderr.trimEnd().split('\n');
      expect(lines[0]).toBe('The configuration cannot be used:');
      const named = lines.slice(1).map((line) => /^ {2}- ([A-Z_]+) \S/.exec(line)?.[1] ?? line);
      const known = Object.keys(faults).filter((name) => name in schema.properties);
      expect(named.sort()).toEqual(known.sort());
      expect(checked).toEqual(started);
    },
    withinMs,
  );

  it(
    'when its configuration is good, says so in one line with --check-config; otherwise goes on to its stores',
    async () => {
      const [checked, started] = await Promise.all([
        run(service, goodEnvironment, ['--check-config']),
        run(service, goodEnvironment),
      ]);
      expect(checked).toEqual({ code: 0, stdout: `The configuration of ${service} can be used.\n`, stderr: '' });
      expect(started.stderr).toContain('CONNECTS');
    },
    withinMs,
  );
});

describe('what is almost right', () => {
  it(
    'when a name is misspelt, says which one may be meant; an unknown option is a fault',
    async () => {
      const misspelt = {
        ...goodEnvironment,
        SESION_IDLE_SECONDS: '3600',
        AUTH_DATA_KYE_FILE: '/run/secrets/data-key',
        HOME: '/tmp',
      };
      const [checked, unknown] = await Promise.all([
        run('auth', misspelt, ['--check-config']),
        run('auth', goodEnvironment, ['--check-confg']),
      ]);
      expect(checked).toMatchObject({ code: 0, stdout: 'The configuration of auth can be used.\n' });
      expect(checked.stderr.trimEnd().split('\n')).toEqual([
        'Perhaps a slip: SESION_IDLE_SECONDS is set, and is no variable of Hallway: is SESSION_IDLE_SECONDS meant?',
        'Perhaps a slip: AUTH_DATA_KYE_FILE is set, and is no variable of Hallway: is AUTH_DATA_KEY_FILE meant?',
      ]);
      expect(unknown).toMatchObject({ code: 1, stdout: '' });
      expect(unknown.stderr).toContain('  - --check-confg is no option: the only one is --check-config');
    },
    withinMs,
  );
});
