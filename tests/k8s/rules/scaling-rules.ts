import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { partitionCount } from '../../../libs/bus/src/names.ts';
import { readText, root } from '../../guards/project-files.ts';
import { configMapNamed, deploymentOf, type Manifest, ofKind, workloadsOf } from '../manifests.ts';
import type { Rule } from './rule.ts';

/** Names of metrics as they stand in the source of the services and of what they share. */
const metricsInCode = new Set(
  ['services', 'libs']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
    )
    .filter((path) => /\/src\/.*\.ts$/.test(path) && !path.includes('node_modules') && !path.endsWith('.test.ts'))
    .flatMap((path) => [...readText(path).matchAll(/'(hallway_[a-z_]+)'/g)].map((match) => match[1] ?? '')),
);

function findUnknownMetrics(text: string): string[] {
  return [...text.matchAll(/\bhallway_[a-z_]+/g)].map(([name]) => name).filter((name) => !metricsInCode.has(name));
}

interface ScaledObject {
  spec: {
    scaleTargetRef: { name: string };
    minReplicaCount?: number;
    maxReplicaCount?: number;
    triggers: { type: string; metadata: Record<string, string> }[];
  };
}

/** An autoscaler owns the number of pods, asks for metrics that exist, and goes down slowly. */
export const autoscalers: Rule = {
  name: 'autoscalers on metrics that exist',
  findFaults: (manifests) => {
    const hpas = ofKind<IHorizontalPodAutoscaler>(manifests, 'HorizontalPodAutoscaler');
    const scaled = ofKind<ScaledObject>(manifests, 'ScaledObject');
    return [
      ...hpas.flatMap((hpa) =>
        tell(hpa, [...hpaFaults(hpa, manifests), ...ownerFaults(hpa.spec?.scaleTargetRef.name, manifests)]),
      ),
      ...scaled.flatMap((one) =>
        tell(one, [...kedaFaults(one), ...ownerFaults(one.spec.scaleTargetRef.name, manifests)]),
      ),
      ...findTwice([...hpas, ...scaled].map(({ spec }) => spec?.scaleTargetRef.name ?? '')),
    ];
  },
};

const tell = ({ kind, metadata }: Manifest, faults: (string | false)[]) =>
  faults.filter((fault) => fault !== false).map((fault) => `${kind} ${metadata.name} ${fault}`);

function findTwice(names: string[]): string[] {
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return twice.map((name) => `${name} has two autoscalers, which pull at each other`);
}

function ownerFaults(name: string | undefined, manifests: Manifest[]): (string | false)[] {
  const workload = workloadsOf(manifests).find((one) => one.kind === 'Deployment' && one.name === name);
  return [
    workload === undefined && `scales ${name}, which is not there`,
    workload !== undefined &&
      deploymentOf(workload)?.replicas !== undefined &&
      `scales ${name}, whose manifest says a number too`,
  ];
}

function hpaFaults({ spec }: IHorizontalPodAutoscaler, manifests: Manifest[]): (string | false)[] {
  const { metrics = [], minReplicas = 1, maxReplicas = 0, behavior } = spec ?? {};
  const down = behavior?.scaleDown;
  const isGateway = spec?.scaleTargetRef.name === 'gateway';
  const connections = metrics.find(({ pods }) => pods?.metric.name === 'hallway_ws_connections')?.pods?.target
    .averageValue;
  const most = Number(findSetting(manifests, 'CONNECTIONS_MAX'));
  return [
    minReplicas < 2 && 'may leave a single pod',
    maxReplicas <= minReplicas && 'cannot scale',
    (down?.stabilizationWindowSeconds ?? 0) < 600 && 'takes pods away at the first lull',
    down?.policies?.length !== 1 && 'takes pods away by more than one rule',
    down?.policies?.some(({ type, value }) => type !== 'Pods' || value !== 1) === true &&
      'takes several pods away at once',
    isGateway && down?.policies?.[0]?.periodSeconds !== 120 && 'takes the next gateway before the last one has drained',
    isGateway && Number(connections) !== most * 0.7 && `asks for ${connections} connections, not 70 % of ${most}`,
    ...metrics.flatMap(({ pods }) =>
      findUnknownMetrics(pods?.metric.name ?? '').map((name) => `asks for ${name}, which nothing exports`),
    ),
  ];
}

function findSetting(manifests: Manifest[], name: string): string | undefined {
  const maps = ofKind(manifests, 'ConfigMap').map(({ metadata }) => configMapNamed(manifests, metadata.name));
  return maps.find((map) => map?.[name] !== undefined)?.[name];
}

function kedaFaults({ spec, metadata }: ScaledObject & Manifest): (string | false)[] {
  const queries = spec.triggers.filter(({ type }) => type === 'prometheus').map((trigger) => trigger.metadata);
  const wanted = { worker: 'hallway_queue_oldest_age_seconds', message: 'hallway_partition_oldest_age_seconds' };
  const own = wanted[spec.scaleTargetRef.name as keyof typeof wanted];
  return [
    (spec.minReplicaCount ?? 0) < 2 && 'may leave a single pod',
    spec.scaleTargetRef.name === 'message' && spec.maxReplicaCount !== partitionCount && 'scales beyond the partitions',
    !queries.some(({ query }) => query?.includes(own)) && `does not ask for ${own}`,
    queries.some(({ ignoreNullValues }) => ignoreNullValues !== 'false') && 'takes a missing series for zero',
    queries.some(({ query }) => !query?.includes(`namespace="${metadata.namespace}"`)) && 'counts other installations',
    ...queries.flatMap(({ query = '' }) =>
      findUnknownMetrics(query).map((name) => `asks for ${name}, which nothing exports`),
    ),
  ];
}

/** The adapter's rule for the autoscaler of gateways: an example file, not a manifest. */
export function findAdapterFaults(text: string): string[] {
  const unknown = findUnknownMetrics(text).map((name) => `the adapter reads ${name}, which nothing exports`);
  const serves = /^\s*as: hallway_ws_connections$/m.test(text);
  return [...unknown, ...(serves ? [] : ['the adapter does not serve hallway_ws_connections'])];
}
