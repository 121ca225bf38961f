import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeConfig, readProbeConfig } from '../../services/probe/src/config.ts';
import { stopWithinMs as probeStopWithinMs } from '../../services/probe/src/stop-times.ts';
import { makeSecrets } from '../../tools/compose-secrets/make-secrets.ts';
import { type ServiceInCode, servicesInCode } from '../k8s/services.ts';
import {
  type ComposeService,
  environmentOf,
  interpolate,
  openFilesOf,
  readComposeFile,
  readVariables,
} from './compose-file.ts';
import {
  findGatingFaults,
  findHardeningFaults,
  findPatienceFaults,
  findPublishedFaults,
  findSecretFaults,
} from './compose-rules.ts';

const compose = readComposeFile();
const all = Object.entries(compose.services);

const probe = { schema: probeConfig, readConfig: readProbeConfig, stopWithinMs: probeStopWithinMs };
const code: Record<string, Pick<ServiceInCode, 'schema' | 'readConfig' | 'stopWithinMs'>> = {
  ...servicesInCode,
  probe,
};

/** What runs a service of ours, with what the code says of it. */
const ours = all.flatMap(([name, service]) => {
  const known = code[name.replace(/-\d+$/, '')];
  return known === undefined ? [] : [{ name, service, known }];
});

function changed(name: string, change: (service: ComposeService) => void): ComposeService {
  const copy = structuredClone(compose.services[name]!);
  change(copy);
  return copy;
}

describe('docker-compose.yml', () => {
  it('has what the system is made of, and under profiles what not everybody wants', () => {
    const named = (profile: string | undefined) =>
      all.filter(([, { profiles }]) => profiles?.[0] === profile).map(([name]) => name);
    expect(named(undefined).sort()).toEqual(
      [
        ...['auth', 'front-door', 'gateway-1', 'gateway-2', 'message', 'migrate', 'mongo', 'secrets', 'valkey'],
        'worker',
      ].sort(),
    );
    expect(named('scale')).toEqual(['message-2', 'gateway-3', 'gateway-4']);
    expect(named('observability')).toEqual(['probe', 'prometheus', 'grafana', 'traces']);
    expect(named('mail')).toEqual(['mail']);
  });

  it.each(all)('gives %s nothing that it does not need, and asks how it is', (name, service) => {
    expect(findHardeningFaults(name, service)).toEqual([]);
  });

  it.each(all)('tells %s no secret in the open', (name, service) => {
    expect(findSecretFaults(name, service)).toEqual([]);
  });

  it('publishes no internal port and no store', () => {
    expect(findPublishedFaults(compose)).toEqual([]);
    expect(compose.networks.stores?.internal).toBe(true);
    expect([compose.services.mongo?.networks, compose.services.valkey?.networks]).toEqual([['stores'], ['stores']]);
  });

  it('starts each when what it uses can be used', () => {
    expect(findGatingFaults(compose)).toEqual([]);
  });

  it('mounts each volume that it names, and the secrets of auth into auth alone', () => {
    const mounted = all.flatMap(([name, { volumes = [] }]) => volumes.map((volume) => [name, volume.split(':')[0]!]));
    const named = new Set(mounted.map(([, volume]) => volume!).filter((volume) => !volume.startsWith('.')));
    expect([...named].sort()).toEqual(Object.keys(compose.volumes).sort());
    const readers = mounted.filter(([, volume]) => volume === 'auth-secrets').map(([name]) => name);
    expect(readers.sort()).toEqual(['auth', 'secrets']);
  });

  it('keeps the stores as the design asks: a replica set, an append-only file, and no eviction', () => {
    expect(compose.services.mongo?.command?.join(' ')).toContain('--replSet hallway');
    const command = compose.services.valkey?.command?.join(' ');
    expect(command).toContain('--appendonly yes');
    expect(command).toContain('--maxmemory-policy noeviction');
  });
});

describe('a service in docker-compose.yml', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hallway-secrets-'));
    makeSecrets({ auth: folder, stores: folder });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Files of the volumes are those in our folder. */
  const read = ({ service, known }: (typeof ours)[number], values: Record<string, string>) => {
    const environment = environmentOf(service, values);
    for (const [name, value] of Object.entries(environment))
      if (name.endsWith('_FILE')) environment[name] = value.replace(/^\/run\/hallway\/(auth|stores)/, folder);
    return known.readConfig(environment);
  };

  it.each(ours)('$name can be told everything that its schema knows, and nothing else', ({ service, known }) => {
    const told = Object.keys(service.environment ?? {}).map((name) => name.replace(/_FILE$/, ''));
    // A key that is made once in a folder is for those who have no compose file.
    const wanted = Object.keys(known.schema.properties).filter((name) => name !== 'AUTH_KEYS_DIR');
    expect(told.sort()).toEqual(wanted.sort());
  });

  it.each(ours)('$name has a configuration that it accepts, as it comes and as production', (one) => {
    expect(() => read(one, {})).not.toThrow();
    const production = { HALLWAY_ENV: 'production', HALLWAY_ORIGIN: 'https://a.example', DEMO_CAMPUS: 'false' };
    expect(() => read(one, production)).not.toThrow();
  });

  it('when production is asked for and the demo campus too, refuses it', () => {
    const auth = ours.find(({ name }) => name === 'auth')!;
    expect(() => read(auth, { HALLWAY_ENV: 'production' })).toThrow(/DEMO_CAMPUS/);
  });

  it.each(ours.filter(({ known }) => known.stopWithinMs !== null))(
    '$name is given longer to stop than its stop may take',
    ({ name, service, known }) => {
      expect(findPatienceFaults(name, service, known.stopWithinMs!)).toEqual([]);
    },
  );

  it('the gateways may open as many files as they take connections, and the front door two for each', () => {
    const most = gatewayConnections();
    for (const { name, service } of ours.filter(({ name }) => name.startsWith('gateway-')))
      expect(openFilesOf(service), name).toBeGreaterThan(most + 1000);
    expect(openFilesOf(compose.services['front-door']!)).toBeGreaterThan(2 * most);
  });
});

function gatewayConnections(): number {
  const { CONNECTIONS_MAX } = servicesInCode.gateway!.schema.properties;
  return (CONNECTIONS_MAX as { default: number }).default;
}

describe('the rules for docker-compose.yml', () => {
  it.each<[string, (service: ComposeService) => void, RegExp]>([
    ['runs as root', (service) => delete service.user, /as root/],
    ['runs as root by number', (service) => Object.assign(service, { user: '0:0' }), /as root/],
    ['may write to its image', (service) => delete service.read_only, /write to its image/],
    ['has no /tmp', (service) => delete service.tmpfs, /nowhere to write/],
    ['keeps capabilities', (service) => delete service.cap_drop, /capabilities/],
    ['may gain privileges', (service) => delete service.security_opt, /gain privileges/],
    ['has no check', (service) => Object.assign(service, { healthcheck: { disable: true } }), /no health check/],
    ['has no limit of files', (service) => delete service.ulimits, /open files/],
    ['stays dead', (service) => delete service.restart, /come back/],
    ['logs without end', (service) => delete service.logging, /without end/],
    ['has an image without a tag', (service) => Object.assign(service, { image: 'mongo' }), /no variable with a tag/],
  ])('when a container %s, say so', (_, change, sentence) => {
    expect(findHardeningFaults('gateway-1', changed('gateway-1', change)).join()).toMatch(sentence);
  });

  it('when a port of a store or an internal one is published, or on all addresses, say so', () => {
    for (const ports of [['27017:27017'], [`\${HALLWAY_BIND:-127.0.0.1}:\${X_PORT:-9080}:9080`], ['3000:8080']]) {
      const service = changed('mongo', (mongo) => Object.assign(mongo, { ports }));
      expect(findPublishedFaults({ ...compose, services: { mongo: service } })).toHaveLength(1);
    }
  });

  it('when one does not wait for health, or for what is not started, say so', () => {
    const waiting = (depends_on: ComposeService['depends_on']) => ({
      ...compose,
      services: { ...compose.services, worker: changed('worker', (one) => Object.assign(one, { depends_on })) },
    });
    expect(findGatingFaults(waiting({ mongo: { condition: 'service_started' } }))).toHaveLength(1);
    expect(findGatingFaults(waiting({ 'gateway-3': { condition: 'service_healthy' } }))).toHaveLength(1);
  });

  it('when the patience is shorter than the stop, or a secret is literal, say so', () => {
    const gateway = changed('gateway-1', (one) => Object.assign(one, { stop_grace_period: '20s' }));
    expect(findPatienceFaults('gateway-1', gateway, 40_000)).toHaveLength(1);
    const auth = changed('auth', (one) => Object.assign(one.environment!, { AUTH_DATA_KEY: 'c2VjcmV0' }));
    expect(findSecretFaults('auth', auth)).toEqual(['auth is told AUTH_DATA_KEY in the open']);
  });
});

describe('deploy/compose/env.example', () => {
  const text = JSON.stringify(compose.services);
  const used = new Map([...text.matchAll(/\$\{([A-Z_]+):?-([^}]*)\}/g)].map((match) => [match[1]!, match[2]!]));
  const shown = readVariables('deploy/compose/env.example', { commented: true });

  it('shows each variable of the compose file with the default that it has there', () => {
    for (const [name, fallback] of used) expect([name, shown.get(name)]).toEqual([name, fallback]);
  });

  it('changes nothing when it is copied as it is', () => {
    expect([...readVariables('deploy/compose/env.example').keys()]).toEqual([]);
  });

  it('when it lists a variable, the compose file reads it', () => {
    const passedOn = new Set(all.flatMap(([, { environment = {} }]) => Object.keys(environment)));
    expect([...shown.keys()].filter((name) => !used.has(name) && !passedOn.has(name))).toEqual([]);
  });
});

describe('interpolate', () => {
  it('when a value is empty, tells the two ways of writing a default apart', () => {
    expect(interpolate(`\${A:-x}\${B-y}\${C-z}`, { A: '', B: '' })).toBe('xz');
  });
});
