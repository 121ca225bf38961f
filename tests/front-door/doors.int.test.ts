import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { answerHeaders, limits, pageHeaders, transportHeader } from '@hallway/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorAnswer } from '../../tools/front-door/error-answers.ts';
import { buildFrontDoor, type FrontDoor } from '../../tools/front-door/front-door.ts';
import { routeOf, routes } from '../../tools/front-door/route-of.ts';
import { makeWebFolder, type NginxDoor, startNginx } from './nginx-door.ts';
import { ask, type StandIn, startStandIn, upgrade } from './stand-in.ts';

/** The door of `npm start` and nginx, in front of the same services: whatever holds for one holds for the other. */
const doors = ['npm start', 'nginx'] as const;

const webFolder = makeWebFolder();
const services: Record<string, StandIn> = {};
const ports: Record<(typeof doors)[number], number> = { 'npm start': 0, nginx: 0 };
let ours: FrontDoor;
let nginx: NginxDoor;
let secure: NginxDoor;

function service(name: string): StandIn {
  const found = services[name];
  if (!found) throw new Error(`No stand-in is called ${name}.`);
  return found;
}

beforeAll(async () => {
  for (const name of ['auth', 'message-1', 'message-2', 'gateway-1', 'gateway-2', 'collector'])
    services[name] = await startStandIn(name);
  const collector = service('collector');
  ours = buildFrontDoor({
    traces: { url: new URL('/v1/traces', collector.url), share: 0.25 },
    webFolder,
    authUrl: service('auth').url,
    messageUrls: [service('message-1').url, service('message-2').url],
    gatewayUrls: [service('gateway-1').url, service('gateway-2').url],
  });
  ports['npm start'] = await ours.listen(0);
  const env = {
    WEB_ROOT: webFolder,
    AUTH_SERVERS: service('auth').address,
    MESSAGE_SERVERS: `${service('message-1').address},${service('message-2').address}`,
    GATEWAY_SERVERS: `${service('gateway-1').address},${service('gateway-2').address}`,
  };
  const traces = { OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url.origin}/`, OTEL_TRACES_SAMPLER_ARG: '0.25' };
  nginx = await startNginx({ ...env, ...traces, HALLWAY_ORIGIN: 'http://localhost' });
  secure = await startNginx({ ...env, HALLWAY_ORIGIN: 'https://hallway.example.edu' });
  ports.nginx = nginx.port;
});
afterAll(async () => {
  await ours?.close();
  for (const door of [nginx, secure]) await door?.stop();
  for (const standIn of Object.values(services)) await standIn.stop();
  rmSync(join(webFolder, '..'), { recursive: true, force: true });
});

/** Every prefix as it is, with something below it, with a query, and as the beginning of another word. */
const samples = [
  ...routes.flatMap(([prefix]) => [
    prefix,
    `${prefix}/`,
    `${prefix}/a/b?c=%2F`,
    `${prefix}?d`,
    `${prefix}x`,
    `/x${prefix}`,
  ]),
  ...['/', '/learningDashboard/studentChat/1/2', '/?a'],
];

describe.each(doors)('the front door of %s', (door) => {
  const on = (headers: Record<string, string> = {}) => ({ port: ports[door], headers });

  it('when a path is asked for, leads it where the list of routes leads it', async () => {
    const astray: string[] = [];
    for (const path of samples) {
      const { text } = await ask(path, on());
      // What looks like a file is no page, but it is the web client's all the same.
      const unserved = text.startsWith('{"error"') ? 'nobody' : 'web';
      const took = text.startsWith('{"name"') ? (JSON.parse(text).name as string).replace(/-\d$/, '') : unserved;
      const wanted = { 'unknown-api': 'nobody', internal: 'nobody' }[routeOf(path) as string] ?? routeOf(path);
      if (took !== wanted) astray.push(`${path} went to ${took}, not to ${wanted}`);
    }
    expect(astray).toEqual([]);
  });

  it('when a path climbs, shows nothing from outside and reaches no internal port', async () => {
    for (const path of [
      '/../secret.txt',
      '/assets/../../secret.txt',
      '/..%2fsecret.txt',
      '/%2e%2e/secret.txt',
      '/..\\secret.txt',
    ])
      expect((await ask(path, on())).text).not.toContain('secret');
    for (const path of [
      '/metrics',
      '/%6detrics',
      '/livez',
      '/readyz',
      '/session-endings?since=1',
      '/rebalance',
      '/x/../metrics',
    ]) {
      const answer = await ask(path, on({ 'x-request-id': 'req-1' }));
      // What is only written differently may as well be a page of the client; never anything of a service.
      if (answer.status !== 200) expect(answer).toMatchObject({ status: 404 });
      expect(answer.text).not.toContain('"name"');
    }
  });

  it('when a page or a file is asked for, sends exactly the headers of the one list', async () => {
    const host = `localhost:${ports[door]}`;
    for (const path of ['/', '/some/page', '/theme.js', '/assets/index-4f3a.js', '/assets/none.js', '/none.png']) {
      const { headers, status } = await ask(path, on({ host }));
      expect(status, path).toBe(path.includes('none') ? 404 : 200);
      expect(headers, path).toMatchObject(Object.fromEntries(pageHeaders(host)));
      expect(headers['strict-transport-security']).toBeUndefined();
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{32,36}$/);
    }
    expect(
      (await ask('/', on({ host: "evil.example;script-src 'unsafe-inline'" }))).headers['content-security-policy'] ??
        '',
    ).not.toContain('evil');
  });

  it('when a file has its content in its name, lets it be kept for ever; a page is asked for each time', async () => {
    expect((await ask('/assets/index-4f3a.js', on())).headers['cache-control']).toMatch(/max-age=31536000.*immutable/);
    expect((await ask('/assets/none.js', on())).headers['cache-control'] ?? '').not.toContain('immutable');
    for (const path of ['/', '/some/page', '/theme.js']) {
      const { headers } = await ask(path, on());
      expect(headers['cache-control']).toBe('no-cache');
      expect((await ask(path, on({ 'if-none-match': headers.etag ?? '' }))).status).toBe(304);
    }
  });

  it('when a page is posted to, answers 405 and what is allowed', async () => {
    expect(await ask('/', { ...on(), method: 'POST', body: 'x' })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    });
  });

  it('when nobody owns a route, answers the error of the contract with the headers of answers', async () => {
    for (const path of ['/api/nope', '/api', '/metrics']) {
      const given = { 'x-request-id': 'req-2' };
      const answer = await ask(path, on(given));
      const wanted = errorAnswer('NOT_FOUND', given);
      expect(answer.status).toBe(wanted.status);
      expect(answer.json()).toEqual(JSON.parse(wanted.body));
      const { 'content-length': _, ...headers } = wanted.headers;
      expect(answer.headers).toMatchObject({ ...headers, ...answerHeaders });
    }
  });

  it('when a request is passed on, says who asked and under which id, and believes nothing that a client claims', async () => {
    const claimed = { 'x-forwarded-for': '6.6.6.6', forwarded: 'for=6.6.6.6', 'x-forwarded-proto': 'gopher' };
    const answer = await ask('/api/messages?x=%2F', {
      ...on({ ...claimed, 'x-request-id': 'a-1', host: 'h.example:1' }),
      method: 'POST',
      body: 'abc',
    });
    expect(answer.json()).toMatchObject({ url: '/api/messages?x=%2F', body: 3 });
    const { headers } = answer.json();
    expect(headers).toMatchObject({
      'x-request-id': 'a-1',
      'x-forwarded-host': 'h.example:1',
      'x-forwarded-proto': 'http',
    });
    expect(headers['x-forwarded-for']).toMatch(/127\.0\.0\.1$/);
    expect(answer.text).not.toContain('6.6.6.6');
    expect(answer.headers['x-request-id']).toBe('a-1');
    for (const id of ['', 'not a plain one', 'x'.repeat(129)]) {
      const other = await ask('/api/messages', on(id ? { 'x-request-id': id } : {}));
      expect(other.headers['x-request-id']).toMatch(/^[0-9a-f-]{32,36}$/);
      expect(other.json().headers['x-request-id']).toBe(other.headers['x-request-id']);
    }
  });

  it('when a browser posts spans, hands the collector their body and nothing that says whose they are', async () => {
    const own = { cookie: 'hallway_refresh=secret', authorization: 'Bearer secret', 'user-agent': 'a browser' };
    const post = (body: string) =>
      ask('/telemetry/v1/traces', { ...on({ ...own, 'x-forwarded-for': '6.6.6.6' }), method: 'POST', body });
    expect((await ask('/', on())).headers['server-timing']).toBe('traces;desc="0.25"');
    expect(await post('{"resourceSpans":[]}')).toMatchObject({ status: 200, headers: answerHeaders });
    const arrived = service('collector').heard.at(-1);
    expect(arrived).toMatchObject({ url: '/v1/traces', body: 20, headers: { 'content-type': 'application/json' } });
    expect(JSON.stringify(arrived)).not.toMatch(/secret|a browser|6\.6\.6\.6|127\.0\.0\.1"/);
    expect(await post('x'.repeat(limits.payloadBytes + 1))).toMatchObject({ status: 413 });
    for (const path of ['/telemetry/v1/traces', '/telemetry', '/telemetry/v1/traces/more'])
      expect(await ask(path, on())).toMatchObject({ status: 404 });
  });

  it('when a page goes away in the middle of its spans, goes on', async () => {
    const page = connect(ports[door], '127.0.0.1');
    const head = 'POST /telemetry/v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{"half';
    await new Promise((resolve) => page.write(head, resolve));
    page.resetAndDestroy();
    expect((await ask('/', on())).status).toBe(200);
    const whole = { method: 'POST', body: '{"resourceSpans":[]}' };
    expect((await ask('/telemetry/v1/traces', { ...on(), ...whole })).status).toBe(200);
  });

  it('when sockets come, upgrades them at both gateways and carries what is said', async () => {
    const sockets = await Promise.all([
      upgrade(ports[door]),
      upgrade(ports[door]),
      upgrade(ports[door]),
      upgrade(ports[door]),
    ]);
    expect(new Set(sockets.map(({ name }) => name))).toEqual(new Set(['gateway-1', 'gateway-2']));
    for (const { socket, heard, head } of sockets) {
      expect(head).toMatch(/^HTTP\/1\.1 101 /);
      socket.write('ping');
      await expect.poll(heard, { timeout: 5000 }).toMatch(/ping$/);
      socket.destroy();
    }
    expect((await upgrade(ports[door], '/api/nope')).head).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('when a gateway refuses, gives its sockets to the other at once; when it is back, uses it again', async () => {
    const { port } = service('gateway-1');
    await service('gateway-1').stop();
    const names = await Promise.all([1, 2, 3, 4].map(async () => (await upgrade(ports[door])).name));
    expect(names).toEqual(['gateway-2', 'gateway-2', 'gateway-2', 'gateway-2']);
    services['gateway-1'] = await startStandIn('gateway-1', port);
    await expect.poll(async () => (await upgrade(ports[door])).name, { timeout: 15_000 }).toBe('gateway-1');
  });

  it('when one message service refuses, the other answers, sends included', async () => {
    const { port } = service('message-2');
    await service('message-2').stop();
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => ask('/api/messages', { ...on(), method: 'POST', body: '{}' })),
    );
    expect(answers.map((answer) => answer.json().name)).toEqual(['message-1', 'message-1', 'message-1', 'message-1']);
    services['message-2'] = await startStandIn('message-2', port);
  });

  it('when a service is away, says so as the contract does, and serves again when it is back', async () => {
    const { port } = service('auth');
    await service('auth').stop();
    const given = { 'x-request-id': 'req-3' };
    const away = await ask('/api/auth/me', on(given));
    const wanted = errorAnswer('TEMPORARILY_UNAVAILABLE', given);
    expect(away).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1', 'x-request-id': 'req-3', 'cache-control': 'no-store' },
    });
    expect(away.json()).toEqual(JSON.parse(wanted.body));
    services.auth = await startStandIn('auth', port);
    await expect.poll(async () => (await ask('/api/auth/me', on())).status, { timeout: 15_000 }).toBe(200);
  });

  it('when a send is cut off, says that its outcome is unknown, and sends it nowhere else; a read is only away', async () => {
    const given = { 'x-request-id': 'req-4' };
    const cut = await ask('/api/messages/drop', { ...on(given), method: 'POST', body: '{}' });
    expect(cut).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(cut.json()).toEqual(JSON.parse(errorAnswer('OUTCOME_UNKNOWN', given).body));
    const read = await ask('/api/messages/drop', on(given));
    expect(read.json()).toEqual(JSON.parse(errorAnswer('TEMPORARILY_UNAVAILABLE', given).body));
  });
});

describe('nginx, when the public origin is https', () => {
  it('when anything is answered, tells browsers to stay with https; the hop says https too', async () => {
    const [name, value] = transportHeader;
    for (const path of ['/', '/assets/index-4f3a.js', '/api/nope', '/api/messages', '/socket.io/']) {
      expect((await ask(path, { port: secure.port })).headers[name], path).toBe(value);
    }
    expect((await ask('/api/messages', { port: secure.port })).json().headers['x-forwarded-proto']).toBe('https');
  });
});
