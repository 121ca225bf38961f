import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { STATE_FOLDER } from '../../../tools/project/folders.ts';
import { readManifestsOfDoor } from './manifests-of-door.ts';
import { type EnvoyResources, translationPath } from './translation.ts';

// Writes translation.yaml anew: what Envoy Gateway makes of the front door in k8s/. Needs Go, which builds its command line (some
// minutes the first time), and openssl for a certificate that is thrown away.
const version = 'v1.9.1';
const run = promisify(execFile);

interface ConfigDump {
  '@type': string;
  dynamicListeners?: { activeState: { listener: unknown } }[];
  dynamicRouteConfigs?: { routeConfig: unknown }[];
  dynamicActiveClusters?: { cluster: unknown }[];
}

async function buildTranslator(): Promise<string> {
  const folder = join(STATE_FOLDER, 'tools', `egctl-${version}`);
  await run('go', ['install', `github.com/envoyproxy/gateway/cmd/egctl@${version}`], {
    env: { ...process.env, GOBIN: folder },
  });
  return join(folder, 'egctl');
}

async function makeCertificate(folder: string): Promise<{ key: string; certificate: string }> {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const self = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=hallway.example.edu'];
  await run('openssl', [...self, '-keyout', key, '-out', certificate]);
  const inBase64 = async (path: string) => (await run('base64', ['-w0', path])).stdout;
  return { key: await inBase64(key), certificate: await inBase64(certificate) };
}

/** What a cluster has beside the front door: the class of Envoy Gateway, the certificate, and an address for each Service. */
async function toInput(folder: string): Promise<string> {
  const { manifests } = readManifestsOfDoor();
  const { key, certificate } = await makeCertificate(folder);
  const gatewayClass = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: 'hallway' },
    spec: { controllerName: 'gateway.envoyproxy.io/gatewayclass-controller' },
  };
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'hallway-tls', namespace: 'hallway' },
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': certificate, 'tls.key': key },
  };
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'hallway' } };
  const reachable = manifests.map((manifest, index) =>
    manifest.kind === 'Service'
      ? { ...manifest, spec: { ...(manifest as { spec?: object }).spec, clusterIP: `10.96.0.${index + 1}` } }
      : manifest,
  );
  return [namespace, gatewayClass, secret, ...reachable].map((one) => stringify(one)).join('---\n');
}

function toResources(configs: ConfigDump[]): EnvoyResources {
  const all = <T>(pick: (dump: ConfigDump) => T[] | undefined): T[] => configs.flatMap((dump) => pick(dump) ?? []);
  // In their places in a bootstrap they are of no other type, and must not say so.
  return withoutTypes({
    listeners: all(({ dynamicListeners }) => dynamicListeners?.map(({ activeState }) => activeState.listener)),
    routes: all(({ dynamicRouteConfigs }) => dynamicRouteConfigs?.map(({ routeConfig }) => routeConfig)),
    clusters: all(({ dynamicActiveClusters }) => dynamicActiveClusters?.map(({ cluster }) => cluster)),
  }) as unknown as EnvoyResources;
}

function withoutTypes(lists: Record<string, unknown[]>): Record<string, object[]> {
  const bare = (one: unknown) => {
    const { '@type': _type, ...fields } = one as Record<string, unknown>;
    return fields;
  };
  return Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.map(bare)]));
}

const folder = mkdtempSync(join(tmpdir(), 'hallway-gateway-api-'));
try {
  const translator = await buildTranslator();
  const input = join(folder, 'door.yaml');
  writeFileSync(input, await toInput(folder));
  const translate = ['experimental', 'translate', '--from', 'gateway-api', '--to', 'xds', '-o', 'json', '-f', input];
  const { stdout } = await run(translator, translate, { maxBuffer: 64 * 1024 * 1024 });
  const { xds } = JSON.parse(stdout) as { xds: Record<string, { configs: ConfigDump[] }> };
  const resources = toResources(Object.values(xds).flatMap(({ configs }) => configs));
  const { digest } = readManifestsOfDoor();
  writeFileSync(translationPath, stringify({ translator: `Envoy Gateway ${version}`, digest, ...resources }));
  process.stdout.write(`${translationPath}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
