import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@hallway/testkit';
import { findEnvoy } from '../../../tools/envoy/find-envoy.ts';
import { findFreePort } from '../../../tools/ports/open-ports.ts';
import { type Listener, readTranslation, type Translation } from './translation.ts';

/** Addresses of each Service's pods, as host:port. */
export type Endpoints = Record<'auth' | 'message' | 'gateway' | 'web', string[]>;

export interface EnvoyDoor {
  /** Where people come in, and where they come without TLS. */
  port: number;
  plainPort: number;
  origin: string;
  /** The pods that are ready now, as a controller tells Envoy when one comes or goes. */
  setEndpoints: (endpoints: Endpoints) => void;
  stop: () => Promise<void>;
}

/**
 * A real Envoy with what Envoy Gateway makes of the front door in k8s/. Of that only this is changed: it listens on ports of its
 * own without TLS, answers to the names of this machine too, and learns of pods from files. Resolves when it answers.
 */
export async function startEnvoy(endpoints: Endpoints): Promise<EnvoyDoor> {
  const folder = mkdtempSync(join(tmpdir(), 'hallway-envoy-'));
  const [port, plainPort] = [await findFreePort(), await findFreePort()];
  const translation = readTranslation();
  const setEndpoints = (now: Endpoints) => {
    for (const { name } of translation.clusters) {
      const path = endpointsPath(folder, name);
      // Envoy looks at a file when another takes its place.
      writeFileSync(`${path}.new`, JSON.stringify({ resources: [toAssignment(name, now)] }));
      renameSync(`${path}.new`, path);
    }
  };
  setEndpoints(endpoints);
  const config = join(folder, 'envoy.json');
  writeFileSync(config, JSON.stringify(toBootstrap(translation, { folder, port, plainPort })));
  const output = openSync(join(folder, 'output.log'), 'w');
  const child = spawn(
    await findEnvoy(process.env),
    ['-c', config, '--disable-hot-restart', '--concurrency', '1', '-l', 'warn'],
    {
      stdio: ['ignore', output, output],
    },
  );
  closeSync(output);
  const ended = once(child, 'exit');
  async function stop(): Promise<void> {
    if (child.exitCode === null) child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
  const answers = eventually(() => fetch(`http://127.0.0.1:${port}/`), { withinMs: 20_000 });
  const outcome = await Promise.race([answers.then(() => null), ended.then(() => 'it ended')]).catch(String);
  if (outcome !== null) {
    const said = readFileSync(join(folder, 'output.log'), 'utf8');
    await stop();
    throw new Error(`Envoy does not answer: ${outcome}\n${said}`);
  }
  return { ...{ port, plainPort, origin: `http://127.0.0.1:${port}` }, setEndpoints, stop };
}

/** How the tests call this machine. */
const here = ['127.0.0.1', 'localhost'];

interface Place {
  folder: string;
  port: number;
  plainPort: number;
}

function toBootstrap({ listeners, routes, clusters }: Translation, { folder, port, plainPort }: Place): object {
  const ports: Record<string, number> = { https: port, http: plainPort };
  const routeConfigs = new Map(
    routes.map((route) => [
      route.name,
      { ...route, virtualHosts: route.virtualHosts.map((host) => ({ ...host, domains: [...host.domains, ...here] })) },
    ]),
  );
  return {
    node: { id: 'hallway', cluster: 'hallway' },
    staticResources: {
      listeners: listeners.flatMap((listener) => toLocalListener(listener, ports, routeConfigs)),
      clusters: clusters
        .filter(({ edsClusterConfig }) => edsClusterConfig !== undefined)
        .map((cluster) => ({
          ...cluster,
          edsClusterConfig: { edsConfig: { pathConfigSource: { path: endpointsPath(folder, cluster.name) } } },
        })),
    },
  };
}

/** The listeners of the Gateway by the end of their name; others, such as that of Envoy Gateway's own health check, are left out. */
function toLocalListener(
  listener: Listener,
  ports: Record<string, number>,
  routeConfigs: Map<string, unknown>,
): Listener[] {
  const { name, filterChains = [], defaultFilterChain } = listener;
  const kind = name.split('/').at(-1) ?? '';
  const portValue = ports[kind];
  const [chain] = defaultFilterChain ? [defaultFilterChain] : filterChains;
  if (portValue === undefined || chain === undefined) return [];
  const filters = chain.filters.map(({ name: filter, typedConfig }) => {
    const { rds, accessLog: _log, ...manager } = typedConfig;
    return { name: filter, typedConfig: { ...manager, routeConfig: routeConfigs.get(rds?.routeConfigName ?? '') } };
  });
  return [
    { name, address: { socketAddress: { address: '127.0.0.1', portValue } }, filterChains: [{ filters }] },
  ] as Listener[];
}

function endpointsPath(folder: string, cluster: string): string {
  return join(folder, `${cluster.replaceAll('/', '_')}.json`);
}

/** Which Service stands behind a cluster is in its name: httproute/<namespace>/<route>/rule/<index>. */
function toAssignment(cluster: string, endpoints: Endpoints): object {
  const services: Record<string, keyof Endpoints> = {
    'hallway/rule/0': 'auth',
    'hallway/rule/1': 'message',
    'hallway/rule/2': 'web',
    'hallway-sockets/rule/0': 'gateway',
  };
  const service = services[cluster.split('/').slice(2).join('/')];
  const lbEndpoints = (service === undefined ? [] : endpoints[service]).map((pod) => {
    const [address = '', portValue] = pod.split(':');
    return {
      endpoint: { address: { socketAddress: { address, portValue: Number(portValue) } } },
      loadBalancingWeight: 1,
    };
  });
  return {
    '@type': 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
    clusterName: cluster,
    endpoints: [{ lbEndpoints, loadBalancingWeight: 1, locality: { region: 'here' } }],
  };
}
