import { commonConfig, tracingConfig } from '@hallway/platform';
import type { IExternalSecret } from '@kubernetes-models/external-secrets/external-secrets.io/v1';
import type { IServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import type { IContainer, IService } from 'kubernetes-models/v1';
import { configMapNamed, hasLabels, type Manifest, ofKind, type Workload, workloadsOf } from '../manifests.ts';
import { findSchemaFaults } from '../schemas.ts';
import { type ServiceInCode, sampleSecrets, servicesInCode } from '../services.ts';
import type { Rule } from './rule.ts';

/** What an API server would refuse or drop. */
export const schemas: Rule = {
  name: 'fields that the API knows',
  findFaults: (manifests) =>
    manifests.flatMap((manifest) =>
      findSchemaFaults(manifest).map((fault) => `${manifest.kind} ${manifest.metadata.name}: ${fault}`),
    ),
};

const SECRETS = '/run/secrets/hallway/';

/** Variables that a manifest may leave out, each with its reason. */
const mayBeAbsent: Record<string, string> = {
  AUTH_KEYS_DIR: 'development alone makes keys itself',
  AUTH_SIGNING_KEYS: 'development makes it, and the service refuses to start without either',
  AUTH_DATA_KEY: 'development makes it, and the service refuses to start without either',
  DEMO_CAMPUS: 'development alone has demo accounts',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'components/tracing says where to, where somebody collects traces',
  PROBE_ORIGIN: 'the origin itself, which a pod reaches like everybody',
  ALLOWED_ORIGINS: 'the origin alone, unless pages of others connect too',
};

/** What a pod is told is what its service asks for: every variable, none that it does not know, and all of it usable. */
export const environments: Rule = {
  name: 'settings that the services read',
  findFaults: (manifests) =>
    workloadsOf(manifests).flatMap((workload) => {
      const service = servicesInCode[workload.name];
      if (service === undefined || !workload.isOurs) return [];
      const { values, faults } = readEnvironment(workload, manifests);
      return [...faults, ...namesFaults(service, values), ...valueFaults(service, values)].map(
        (fault) => `${workload.kind} ${workload.name}: ${fault}`,
      );
    }),
};

/** The environment that a pod gets, with a sample in the place of each secret. */
function readEnvironment({ container, pod }: Workload, manifests: Manifest[]) {
  const faults: string[] = [];
  const values: Record<string, string> = {};
  for (const from of container.envFrom ?? []) {
    const map = configMapNamed(manifests, from.configMapRef?.name);
    if (map === null) faults.push(`its settings ${from.configMapRef?.name} are not there`);
    Object.assign(values, map ?? {});
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (value?.startsWith(SECRETS))
      Object.assign(values, fromFile({ name, file: value.slice(SECRETS.length) }, faults));
    else values[name] = value ?? valueFrom?.fieldRef?.fieldPath ?? '';
  }
  faults.push(...volumeFaults(container, pod.volumes ?? [], manifests));
  return { values, faults };
}

function fromFile({ name, file }: { name: string; file: string }, faults: string[]): Record<string, string> {
  if (name !== `${file}_FILE`) faults.push(`${name} names the file of ${file}`);
  return { [file]: sampleSecrets[file] ?? '' };
}

/** Every file that a variable names must be in the volume: where the render has its source, the source has the key. */
function volumeFaults(container: IContainer, volumes: NonNullable<Workload['pod']['volumes']>, manifests: Manifest[]) {
  const files = (container.env ?? []).flatMap(({ value }) =>
    value?.startsWith(SECRETS) ? [value.slice(SECRETS.length)] : [],
  );
  const mount = container.volumeMounts?.find(({ mountPath }) => `${mountPath}/` === SECRETS);
  const volume = volumes.find(({ name }) => name === mount?.name);
  const map = volume?.configMap && configMapNamed(manifests, volume.configMap.name);
  const secret = ofKind<IExternalSecret>(manifests, 'ExternalSecret').find(
    ({ spec }) => spec?.target?.name === volume?.secret?.secretName,
  );
  const keys = map ? Object.keys(map) : secret?.spec?.data?.map(({ secretKey }) => secretKey);
  return [
    ...(mount?.readOnly === true && volume !== undefined ? [] : ['its secrets are not mounted, or can be written']),
    ...files.filter((file) => keys !== undefined && !keys.includes(file)).map((file) => `nothing provides ${file}`),
    ...(keys ?? [])
      .filter((key) => secret && !files.includes(key))
      .map((key) => `it is given ${key} and does not read it`),
  ];
}

function namesFaults({ schema }: ServiceInCode, values: Record<string, string>): string[] {
  const known = Object.keys(schema.properties);
  const shared = Object.keys({ ...commonConfig, ...tracingConfig });
  return [
    ...known.filter((name) => !(name in values) && !(name in mayBeAbsent)).map((name) => `${name} is not set`),
    ...Object.keys(values)
      .filter((name) => !known.includes(name) && !shared.includes(name))
      .map((name) => `${name} is set and not read`),
  ];
}

function valueFaults({ readConfig }: ServiceInCode, values: Record<string, string>): string[] {
  try {
    // The name of a pod stands for itself.
    readConfig({ ...values, INSTANCE_ID: 'pod-1' });
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

/** Names that lead somewhere: accounts, claims, and settings that nobody reads. */
export const references: Rule = {
  name: 'references that lead somewhere',
  findFaults: (manifests) => {
    const names = (kind: string) => new Set(ofKind(manifests, kind).map(({ metadata }) => metadata.name));
    const [accounts, claims] = [names('ServiceAccount'), names('PersistentVolumeClaim')];
    // Grafana's sidecar finds dashboards by their label.
    const maps = ofKind(manifests, 'ConfigMap').filter(({ metadata }) => !metadata.labels?.grafana_dashboard);
    const used = new Set(
      workloadsOf(manifests).flatMap(({ pod, container }) => [
        ...(container.envFrom ?? []).map(({ configMapRef }) => configMapRef?.name),
        ...(pod.volumes ?? []).map(({ configMap }) => configMap?.name),
      ]),
    );
    return [
      ...workloadsOf(manifests).flatMap(({ kind, name, pod, isOurs }) => {
        const claim = pod.volumes?.find(({ persistentVolumeClaim }) => persistentVolumeClaim)?.persistentVolumeClaim
          ?.claimName;
        return [
          ...(isOurs && pod.serviceAccountName !== name ? [`${kind} ${name} has no account of its own`] : []),
          ...(isOurs && !accounts.has(name) ? [`the account of ${name} is not there`] : []),
          ...(claim !== undefined && !claims.has(claim) ? [`the volume ${claim} of ${name} is not there`] : []),
        ];
      }),
      ...maps
        .filter(({ metadata }) => !used.has(metadata.name))
        .map(({ metadata }) => `ConfigMap ${metadata.name} is read by nobody`),
    ];
  },
};

/** Prometheus finds every internal Service and nothing else, and names what it finds as the alert rules do. */
export const scraping: Rule = {
  name: 'scraping of every internal Service',
  findFaults: (manifests) => {
    const services = ofKind<IService>(manifests, 'Service');
    return ofKind<IServiceMonitor>(manifests, 'ServiceMonitor').flatMap((monitor) =>
      [...selectionFaults(monitor, services), ...labelFaults(monitor, services)].map(
        (fault) => `ServiceMonitor ${monitor.metadata.name} ${fault}`,
      ),
    );
  },
};

function selectionFaults({ spec }: IServiceMonitor, services: (IService & Manifest)[]): string[] {
  const found = services.filter(({ metadata }) => hasLabels(metadata.labels ?? {}, spec?.selector.matchLabels));
  const wanted = services.filter(({ metadata }) => metadata.name.endsWith('-internal'));
  const ports = new Set(found.flatMap((service) => service.spec?.ports?.map(({ name }) => name) ?? []));
  const endpoint = spec?.endpoints?.[0];
  return [
    ...wanted.filter((service) => !found.includes(service)).map(({ metadata }) => `misses ${metadata.name}`),
    ...found.filter((service) => !wanted.includes(service)).map(({ metadata }) => `takes ${metadata.name}`),
    ...(endpoint?.path === '/metrics' && ports.has(String(endpoint.port)) ? [] : ['asks where no metrics are']),
    ...((spec?.sampleLimit ?? 0) > 0 ? [] : ['takes any number of series']),
  ];
}

function labelFaults({ spec }: IServiceMonitor, services: (IService & Manifest)[]): string[] {
  const jobs = new Set(
    services
      .filter(({ metadata }) => metadata.name.endsWith('-internal'))
      .map(({ metadata }) => metadata.labels?.[spec?.jobLabel ?? '']),
  );
  return [
    ...(spec?.endpoints?.every(({ honorLabels }) => honorLabels)
      ? []
      : ['puts its label in the place of our own, service']),
    ...([...jobs].join() === 'hallway' ? [] : ['does not call them the job hallway, which the rules ask for']),
  ];
}
