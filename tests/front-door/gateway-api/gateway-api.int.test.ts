import { answerHeaders, transportHeader } from '@hallway/contracts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { routeOf, routes } from '../../../tools/front-door/route-of.ts';
import { longSilenceMs, stayAway } from '../long-silence.ts';
import { type RealServices, startRealServices } from '../real-services.ts';
import { ask, type StandIn, startStandIn, upgrade } from '../stand-in.ts';
import { writeWhileDraining } from '../write-while-draining.ts';
import { type Endpoints, type EnvoyDoor, startEnvoy } from './envoy-door.ts';
import { readManifestsOfDoor } from './manifests-of-door.ts';
import { readTranslation } from './translation.ts';

describe('the translation of the Gateway API', () => {
  it('is of the manifests as they are; otherwise: node tests/front-door/gateway-api/main.ts', () => {
    expect(readTranslation().digest).toBe(readManifestsOfDoor().digest);
  });
});

describe('Envoy with the routes of k8s/', () => {
  const standIns: Partial<Record<string, StandIn>> = {};
  let door: EnvoyDoor;
  const addressOf = (name: string) => standIns[name]?.address ?? '';
  const host = { host: 'hallway.example.edu' };

  beforeAll(async () => {
    for (const name of ['auth', 'message', 'gateway-1', 'gateway-2', 'web']) standIns[name] = await startStandIn(name);
    door = await startEnvoy({
      auth: [addressOf('auth')],
      message: [addressOf('message')],
      gateway: [addressOf('gateway-1'), addressOf('gateway-2')],
      web: [addressOf('web')],
    });
  });
  afterAll(async () => {
    await door?.stop();
    for (const standIn of Object.values(standIns)) await standIn?.stop();
  });

  it('when a path is asked for, leads it where the list of routes leads it', async () => {
    const samples = routes.flatMap(([prefix]) => [prefix, `${prefix}/a/b?c=%2F`, `${prefix}x`, `/x${prefix}`]);
    const astray: string[] = [];
    for (const path of [...samples, '/', '/learningDashboard/studentChat/1/2']) {
      const answer = await ask(path, { port: door.port, headers: host });
      const took = answer.status === 200 ? (answer.json().name as string).replace(/-\d$/, '') : String(answer.status);
      // What is nobody's is the web server's to refuse: nginx with `services-files.conf`.
      const wanted = { 'unknown-api': 'web', internal: 'web' }[routeOf(path) as string] ?? routeOf(path);
      if (took !== wanted) astray.push(`${path} went to ${took}, not to ${wanted}`);
    }
    expect(astray).toEqual([]);
  });

  it('when anything is answered, tells browsers to come by TLS only', async () => {
    for (const path of ['/', '/api/auth/login', '/api/rooms', '/socket.io/?transport=polling']) {
      const { headers } = await ask(path, { port: door.port, headers: host });
      expect(headers[transportHeader[0]], path).toBe(transportHeader[1]);
    }
  });

  it('when a client claims another address, puts its own behind, which is the one that PROXY_HOPS=1 counts', async () => {
    const claimed = { ...host, 'x-forwarded-for': '6.6.6.6' };
    const { headers } = (await ask('/api/auth/login', { port: door.port, headers: claimed })).json();
    expect(headers['x-forwarded-for']).toMatch(/^6\.6\.6\.6,(?!6\.6\.6\.6)[0-9.]+$/);
    expect(headers['x-forwarded-proto']).toMatch(/^https?$/);
  });

  it('when another host is asked for, knows nothing of it', async () => {
    expect((await ask('/', { port: door.port, headers: { host: 'elsewhere.example.edu' } })).status).toBe(404);
  });

  it('when somebody comes without TLS, sends them to it', async () => {
    const answer = await ask('/some/page?a=b', { port: door.plainPort, headers: host });
    expect(answer.status).toBe(301);
    expect(answer.headers.location).toBe('https://hallway.example.edu/some/page?a=b');
  });

  it('when sockets come, upgrades them at both gateways and carries what is said', async () => {
    const sockets = await Promise.all(Array.from({ length: 8 }, () => upgrade(door.port)));
    expect(new Set(sockets.map(({ name }) => name))).toEqual(new Set(['gateway-1', 'gateway-2']));
    for (const { socket, heard } of sockets) {
      socket.write('ping');
      await expect.poll(heard, { timeout: 5000 }).toMatch(/ping$/);
      socket.destroy();
    }
  });

  it(
    'when fifteen seconds pass, which Envoy Gateway gives a request, leaves polls and silent sockets alone',
    async () => {
      const { socket, heard } = await upgrade(door.port);
      const silence = stayAway(longSilenceMs);
      const asked = ['/socket.io/after-16-s', '/api/rooms/after-16-s'];
      const answers = await Promise.all(asked.map((path) => ask(path, { port: door.port, headers: host })));
      expect(answers.map(({ status }) => status)).toEqual([200, 504]);
      await silence;
      socket.write('still here');
      await expect.poll(heard, { timeout: 5000 }).toMatch(/still here$/);
      socket.destroy();
    },
    longSilenceMs + 30_000,
  );

  it('when a pod is taken from the list, goes to the others at once', async () => {
    const all: Endpoints = {
      auth: [addressOf('auth')],
      message: [addressOf('message')],
      gateway: [addressOf('gateway-2')],
      web: [addressOf('web')],
    };
    door.setEndpoints(all);
    await expect
      .poll(
        async () => new Set((await Promise.all([1, 2, 3, 4].map(() => upgrade(door.port)))).map(({ name }) => name)),
        {
          timeout: 10_000,
        },
      )
      .toEqual(new Set(['gateway-2']));
  });
});

describe('a gateway that is drained behind the Gateway API', () => {
  let services: RealServices;
  beforeAll(async () => {
    services = await startRealServices();
  });
  afterAll(() => services?.stop());

  it('when a body is too large, has the service refuse it; when its pod leaves the list and then stops, as Kubernetes does it, loses nothing, refuses nothing and keeps the order', async () => {
    const web = await startStandIn('web');
    onTestFinished(() => web.stop());
    const [first, second] = [await services.startGateway(), await services.startGateway()];
    onTestFinished(() => second.stop());
    const withGateways = (...gateways: string[]): Endpoints => ({
      auth: [services.authAddress],
      message: [services.messageAddress],
      gateway: gateways,
      web: [web.address],
    });
    const door = await startEnvoy(withGateways(first.address, second.address));
    onTestFinished(() => door.stop());
    const tooLarge = { method: 'POST', body: JSON.stringify({ username: 'x'.repeat(2_000_000), password: 'x' }) };
    const json = { host: 'hallway.example.edu', 'content-type': 'application/json' };
    const refused = await ask('/api/auth/login', { port: door.port, headers: json, ...tooLarge });
    expect([refused.status, refused.json().error.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(refused.headers).toMatchObject(answerHeaders);
    await writeWhileDraining({
      origin: door.origin,
      async takeAway() {
        door.setEndpoints(withGateways(second.address));
        // As preStop does it, which cannot ask proxies either whether they have heard of it.
        await new Promise((resolve) => setTimeout(resolve, 1000));
        await first.stop();
      },
    });
  }, 120_000);
});
