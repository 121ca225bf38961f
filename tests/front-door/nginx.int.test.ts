import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { limits, rosterUploadBytes } from '@hallway/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewayConfig } from '../../services/gateway/src/config.ts';
import { errorAnswer } from '../../tools/front-door/error-answers.ts';
import { longSilenceMs, stayAway } from './long-silence.ts';
import { makeReadableFolder, makeWebFolder, type NginxDoor, nginxEnvironment, startNginx } from './nginx-door.ts';
import { ask, closing, type StandIn, startStandIn, upgrade } from './stand-in.ts';

const webFolder = makeWebFolder();
const standIns: StandIn[] = [];
let environment: Record<string, string>;
/** With everything as it is by default, and with bounds that a test can reach. */
let door: NginxDoor;
let tight: NginxDoor;

beforeAll(async () => {
  for (const name of ['auth', 'message', 'gateway']) standIns.push(await startStandIn(name));
  const [auth, message, gateway] = standIns;
  environment = {
    WEB_ROOT: webFolder,
    AUTH_SERVERS: auth?.address ?? '',
    MESSAGE_SERVERS: message?.address ?? '',
    GATEWAY_SERVERS: gateway?.address ?? '',
  };
  door = await startNginx(environment);
  tight = await startNginx({
    ...environment,
    ...{
      SOCKET_IDLE_SECONDS: '1',
      SLOW_CLIENT_SECONDS: '1',
      CONNECTIONS_PER_ADDRESS: '3',
      REQUESTS_PER_SECOND_PER_ADDRESS: '5',
    },
  });
});
afterAll(async () => {
  for (const one of [door, tight]) await one?.stop();
  for (const standIn of standIns) await standIn.stop();
  rmSync(join(webFolder, '..'), { recursive: true, force: true });
});

describe('an idle socket', () => {
  it(
    'when nothing is said for longer than the bound, is cut; by default the bound is far above the pings of gateways',
    async () => {
      const [short, long] = await Promise.all([upgrade(tight.port), upgrade(door.port)]);
      const began = Date.now();
      await short.closed;
      expect(Date.now() - began).toBeGreaterThan(800);
      await stayAway(longSilenceMs);
      expect(long.socket.closed).toBe(false);
      long.socket.write('still here');
      await expect.poll(long.heard, { timeout: 5000 }).toMatch(/still here$/);
      long.socket.destroy();

      const idleSeconds = Number(
        /proxy_read_timeout (3600)s;\s+proxy_send_timeout 3600s;\s+proxy_pass http:\/\/gateways/.exec(
          door.rendered('parts/services-door.conf'),
        )?.[1],
      );
      const { PING_INTERVAL_MS: interval, PING_TIMEOUT_MS: timeout } = gatewayConfig.properties as unknown as Record<
        string,
        { maximum: number }
      >;
      expect(idleSeconds * 1000).toBeGreaterThan(interval!.maximum + timeout!.maximum);
    },
    longSilenceMs + 30_000,
  );

  it('when a socket speaks now and then, lives longer than the bound', async () => {
    const { socket, heard } = await upgrade(tight.port);
    for (const word of ['one', 'two', 'three', 'four']) {
      socket.write(word);
      await expect.poll(heard, { timeout: 5000 }).toMatch(new RegExp(`${word}$`));
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect(socket.closed).toBe(false);
    socket.destroy();
  });
});

describe('the size of a request', () => {
  const send = (path: string, bytes: number) =>
    ask(path, { port: door.port, method: 'POST', headers: { 'x-request-id': 'big-1' }, body: 'x'.repeat(bytes) });

  it.each([
    ['/api/messages', limits.payloadBytes],
    ['/api/auth/login', limits.payloadBytes],
    ['/api/admin/users', limits.payloadBytes],
    ['/socket.io/?EIO=4&transport=polling', limits.packetBytesHard],
  ])('when it goes to %s, may be %i bytes and not one more', async (path, bytes) => {
    expect((await send(path, bytes)).json()).toMatchObject({ body: bytes });
    const refused = await send(path, bytes + 1);
    expect(refused.status).toBe(413);
    expect(refused.json()).toEqual(JSON.parse(errorAnswer('PAYLOAD_TOO_LARGE', { 'x-request-id': 'big-1' }).body));
  });

  it('when it is the upload of a roster, may be as large as the auth service takes', async () => {
    expect((await send('/api/admin/roster-imports', 300_000)).json()).toMatchObject({ name: 'auth', body: 300_000 });
    const megabytes = Number(
      /roster-imports \{[^}]*client_max_body_size (\d+)m;/.exec(door.rendered('parts/services-door.conf'))?.[1],
    );
    expect(megabytes * 1024 * 1024).toBe(rosterUploadBytes);
  });

  it('when its headers or its address are too long, or it is no HTTP, is refused as the contract says', async () => {
    const long = 'x'.repeat(5000);
    for (const asked of [
      { path: '/api/messages', headers: { 'x-long': long } },
      { path: `/api/messages?${long}`, headers: {} },
    ]) {
      const answer = await ask(asked.path, { port: door.port, headers: asked.headers as Record<string, string> });
      expect(answer.status).toBe(400);
      expect(answer.json().error).toMatchObject({ code: 'VALIDATION_FAILED', requestId: expect.any(String) });
    }
  });
});

describe('clients that are too many or too slow', () => {
  it('when one address asks too often, is told to wait as the contract says; files are not counted', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask('/api/auth/me', { port: tight.port })));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(5);
    expect(refused[0]?.headers['retry-after']).toBe('1');
    expect(refused[0]?.json().error).toMatchObject({ code: 'RATE_LIMITED', retryable: true, retryAfterMs: 1000 });
    const files = await Promise.all(Array.from({ length: 30 }, () => ask('/theme.js', { port: tight.port })));
    expect(files.every(({ status }) => status === 200)).toBe(true);
  });

  it('when one address holds too many sockets, the next is refused as the contract says', async () => {
    await expect
      .poll(async () => (await ask('/api/auth/me', { port: tight.port })).status, { timeout: 10_000 })
      .toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const held = await Promise.all([upgrade(tight.port), upgrade(tight.port), upgrade(tight.port)]);
    const next = await upgrade(tight.port);
    expect(held.map(({ head }) => head.slice(0, 12))).toEqual(['HTTP/1.1 101', 'HTTP/1.1 101', 'HTTP/1.1 101']);
    expect(next.head).toMatch(/^HTTP\/1\.1 429 /);
    for (const { socket } of held) socket.destroy();
  });

  it.each([
    ['the head', 'GET /api/auth/me HTTP/1.1\r\nhost: x\r\n'],
    ['the body', 'POST /api/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc'],
  ])('when a client stops in the middle of %s, its connection is closed', async (_part, beginning) => {
    const socket = connect(tight.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    socket.write(beginning);
    await closing(socket);
    expect(socket.bytesWritten).toBe(beginning.length);
  });
});

describe('compression', () => {
  it('when a client can unpack, files and histories travel small; what holds tokens does not', async () => {
    const encodingOf = async (path: string) =>
      (await ask(path, { port: door.port, headers: { 'accept-encoding': 'gzip' } })).headers['content-encoding'];
    expect(await encodingOf('/assets/index-4f3a.js')).toBe('gzip');
    expect(await encodingOf('/api/messages')).toBe('gzip');
    expect(await encodingOf('/api/auth/refresh')).toBeUndefined();
  });
});

describe('the processes of nginx', () => {
  it('when the internal port is asked, answers the orchestrator, and nothing else', async () => {
    for (const path of ['/livez', '/readyz']) expect((await ask(path, { port: door.internalPort })).status).toBe(200);
    for (const path of ['/', '/metrics', '/api/auth/me'])
      expect((await ask(path, { port: door.internalPort })).status).toBe(404);
  });

  it('when only files are served, every route of a service is nobody’s', async () => {
    const files = await startNginx({ WEB_ROOT: webFolder });
    expect((await ask('/some/page', { port: files.port })).status).toBe(200);
    for (const path of ['/api/auth/me', '/api/messages', '/metrics']) {
      expect((await ask(path, { port: files.port })).json().error.code).toBe('NOT_FOUND');
    }
    expect(await files.stop('SIGQUIT')).toBe(0);
  });

  it('when asked what people searched for, has not written it down', async () => {
    await ask('/api/search/messages?q=a-secret-word', {
      port: door.port,
      headers: { authorization: 'Bearer a-token' },
    });
    await expect
      .poll(() => door.log().some(({ path }) => path === '/api/search/messages'), { timeout: 5000 })
      .toBe(true);
    expect(JSON.stringify(door.log())).not.toMatch(/a-secret-word|a-token/);
  });
});

describe('start.sh', () => {
  const script = resolve(import.meta.dirname, '../../deploy/nginx/start.sh');

  /** With files for its output, because nginx opens it again by name. */
  async function run(env: Record<string, string>, args: string[] = ['--check-config']) {
    const folder = makeReadableFolder();
    const [out, err] = [join(folder, 'out'), join(folder, 'err')];
    const files = [openSync(out, 'w'), openSync(err, 'w')] as const;
    const child = spawn('sh', [script, ...args], {
      stdio: ['ignore', ...files],
      env: { ...(await nginxEnvironment()), ...environment, STATE_FOLDER: join(folder, 'state'), ...env },
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    files.forEach(closeSync);
    const answer = { code, stdout: readFileSync(out, 'utf8'), stderr: readFileSync(err, 'utf8') };
    rmSync(folder, { recursive: true });
    return answer;
  }

  it('when the configuration is good, says so', async () => {
    const { code, stdout, stderr } = await run({ PORT: '18080', INTERNAL_PORT: '19080', ALLOW_POLLING: 'true' });
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stderr: '',
      stdout: 'The configuration of the front door can be used.\n',
    });
  });

  it('when variables are bad, names each on its own line and ends with 1', async () => {
    const bad = {
      ...{ PORT: 'many', INTERNAL_PORT: '70000', SOCKET_IDLE_SECONDS: '0', CONNECTIONS_PER_ADDRESS: '-1' },
      ...{
        REQUESTS_PER_SECOND_PER_ADDRESS: '1.5',
        SLOW_CLIENT_SECONDS: '',
        ALLOW_POLLING: 'yes',
        HALLWAY_ORIGIN: 'https://a/',
      },
      ...{
        WEB_ROOT: '/nowhere',
        AUTH_SERVERS: 'auth',
        MESSAGE_SERVERS: 'a:1; }',
        GATEWAY_SERVERS: '',
        RESOLVER: 'dns',
      },
      ...{ TRUSTED_PROXIES: '10.0.0.0/8 all', LISTEN_ADDRESS: 'eth0' },
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: 'traces:4318', OTEL_TRACES_SAMPLER_ARG: 'half' },
    };
    const { code, stdout, stderr } = await run(bad, []);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const lines = stderr.trimEnd().split('\n');
    expect(lines[0]).toBe('The configuration cannot be used:');
    const named = new Set(lines.slice(1).map((line) => /^ {2}- ([A-Z_]+) \S/.exec(line)?.[1]));
    // Empty counts as absent.
    const { SLOW_CLIENT_SECONDS: _, ...told } = bad;
    expect([...named].sort()).toEqual(Object.keys(told).sort());
  });

  it.each([
    { endpoint: 'http://nobody.invalid:4318', why: 'nobody knows nobody.invalid' },
    { endpoint: 'http://user:word@traces:4318', why: 'OTEL_EXPORTER_OTLP_ENDPOINT is no plain' },
    { endpoint: 'http://127.0.0.1:4318', share: '5e-2', why: 'OTEL_TRACES_SAMPLER_ARG is no plain' },
  ])(
    'when $endpoint and $share cannot be used for spans, which services can, says so and goes on without',
    async (given) => {
      const { endpoint: OTEL_EXPORTER_OTLP_ENDPOINT, share: OTEL_TRACES_SAMPLER_ARG = '0.05', why } = given;
      const { code, stdout } = await run({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER_ARG });
      expect(code).toBe(0);
      const [warning = '', end] = stdout.split('\n');
      expect(JSON.parse(warning)).toMatchObject({ level: 'warn', message: expect.stringContaining(why) });
      expect(end).toBe('The configuration of the front door can be used.');
    },
  );

  it.each(['http://192.0.2.7:4318', 'http://[2001:db8::7]:4318/otlp/', 'https://localhost:4318', 'http://localhost'])(
    'when spans go to %s, can pass them on',
    async (OTEL_EXPORTER_OTLP_ENDPOINT) => {
      const answer = await run({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER_ARG: '.05' });
      expect(answer).toEqual({ code: 0, stderr: '', stdout: 'The configuration of the front door can be used.\n' });
    },
  );

  it('when the collector has TLS, asks for it by name and verifies it', async () => {
    const passing = await startNginx({ ...environment, OTEL_EXPORTER_OTLP_ENDPOINT: 'https://localhost:4318' });
    expect(passing.rendered('parts/traces-on.conf')).toMatch(
      /proxy_ssl_server_name on; proxy_ssl_verify on; .*proxy_ssl_trusted_certificate \S+;\s+proxy_pass https:/,
    );
    await passing.stop();
  });

  it('when ports are the same, or a value holds a line break, refuses', async () => {
    expect((await run({ PORT: '8080', INTERNAL_PORT: '8080' })).stderr).toContain('INTERNAL_PORT is 8080, as PORT is');
    expect((await run({ HALLWAY_ORIGIN: 'https://a\nhttps://b' })).stderr).toContain(
      'HALLWAY_ORIGIN has an unusable value',
    );
    expect((await run({}, ['--chek'])).stderr).toContain('--chek is no option');
  });
});
