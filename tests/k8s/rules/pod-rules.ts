import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { IContainer, IEnvVar, INamespace, IPodSecurityContext } from 'kubernetes-models/v1';
import { root } from '../../guards/project-files.ts';
import { configMapNamed, ofKind, type Workload, workloadsOf } from '../manifests.ts';
import type { Rule } from './rule.ts';

const forEachWorkload =
  (find: (workload: Workload) => (string | false)[]): Rule['findFaults'] =>
  (manifests) =>
    workloadsOf(manifests).flatMap((workload) =>
      find(workload)
        .filter((fault) => fault !== false)
        .map((fault) => `${workload.kind} ${workload.name}: ${fault}`),
    );

/** The restricted Pod Security Standard, and a root file system that cannot be written. */
export const podSecurity: Rule = {
  name: 'restricted pod security',
  findFaults: forEachWorkload((workload) => [
    ...userFaults(workload),
    ...containerFaults(workload.container),
    ...podFaults(workload.pod),
  ]),
};

function userFaults({ pod, isOurs }: Workload): (string | false)[] {
  const { runAsNonRoot, runAsUser, seccompProfile }: IPodSecurityContext = pod.securityContext ?? {};
  return [
    runAsNonRoot !== true && 'runAsNonRoot is not set',
    !(Number(runAsUser) > 0) && 'runAsUser is no number of an ordinary user',
    isOurs && runAsUser !== 10001 && 'runAsUser is not the user of the image, 10001',
    seccompProfile?.type !== 'RuntimeDefault' && 'the seccomp profile is not RuntimeDefault',
  ];
}

function containerFaults({ securityContext = {} }: IContainer): (string | false)[] {
  const { allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities, privileged } = securityContext;
  return [
    allowPrivilegeEscalation !== false && 'privileges may escalate',
    readOnlyRootFilesystem !== true && 'the root file system can be written',
    capabilities?.drop?.join() !== 'ALL' && 'capabilities are not all dropped',
    capabilities?.add !== undefined && 'capabilities are added',
    privileged === true && 'it is privileged',
  ];
}

function podFaults(pod: Workload['pod']): (string | false)[] {
  return [
    [pod.hostNetwork, pod.hostPID, pod.hostIPC].includes(true) && 'it shares a namespace with its node',
    pod.automountServiceAccountToken !== false && 'it gets a token for the API server',
    pod.enableServiceLinks !== false && 'addresses of Services are injected as variables',
    pod.containers.length !== 1 && 'only its first container is checked',
    (pod.initContainers ?? []).length > 0 && 'its init containers are not checked',
    (pod.volumes ?? []).some((volume) => volume.hostPath !== undefined) && 'it mounts a folder of its node',
  ];
}

export const restrictedNamespace: Rule = {
  name: 'restricted namespace',
  findFaults: (manifests) => {
    const namespaces = ofKind<INamespace>(manifests, 'Namespace');
    const enforced = namespaces.filter(
      ({ metadata }) => metadata.labels?.['pod-security.kubernetes.io/enforce'] === 'restricted',
    );
    const elsewhere = manifests.filter(
      ({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== namespaces[0]?.metadata.name,
    );
    return [
      ...(namespaces.length === 1 && enforced.length === 1 ? [] : ['the namespace does not enforce "restricted"']),
      ...elsewhere.map(({ kind, metadata }) => `${kind} ${metadata.name} lies outside the namespace`),
    ];
  },
};

/** Three probes that ask three things; a store that is away must never restart anything. */
export const probes: Rule = {
  name: 'startup, liveness and readiness apart',
  findFaults: forEachWorkload(({ kind, container, isOurs }) => {
    if (kind === 'Job') return [];
    const { startupProbe: startup, livenessProbe: liveness, readinessProbe: readiness } = container;
    const absent = [startup === undefined, liveness === undefined, readiness === undefined];
    if (absent.includes(true))
      return [`${['startup', 'liveness', 'readiness'][absent.indexOf(true)]} probe is missing`];
    const seconds = (startup?.failureThreshold ?? 3) * (startup?.periodSeconds ?? 10);
    const unlimited = [startup, liveness, readiness].some((probe) => probe?.timeoutSeconds === undefined);
    const answerable = isOurs ? httpFaults(container) : [];
    return [
      seconds < 30 && `a start may take ${seconds} s only`,
      unlimited && 'a probe has the default time limit of one second, which a busy process misses',
      (liveness?.failureThreshold ?? 3) * (liveness?.periodSeconds ?? 10) < 20 && 'liveness gives up too soon',
      JSON.stringify(liveness) === JSON.stringify(readiness) && 'liveness and readiness ask the same',
      ...answerable,
    ];
  }),
};

function httpFaults({ startupProbe, livenessProbe, readinessProbe }: IContainer): (string | false)[] {
  const all = [startupProbe, livenessProbe, readinessProbe];
  return [
    livenessProbe?.httpGet?.path !== '/livez' && 'liveness does not ask /livez, which speaks of the process alone',
    readinessProbe?.httpGet?.path !== '/readyz' && 'readiness does not ask /readyz',
    startupProbe?.httpGet?.path !== '/livez' && 'startup does not ask /livez',
    all.some((probe) => probe?.httpGet?.port !== 'internal') && 'a probe does not ask the internal port',
  ];
}

/** Every volume has a bound, every container has what it may use, and /tmp is the only place to write. */
export const resources: Rule = {
  name: 'bounded resources',
  findFaults: forEachWorkload(({ pod, container }) => {
    const { requests = {}, limits = {} } = container.resources ?? {};
    const unbounded = (pod.volumes ?? []).filter((volume) => volume.emptyDir && !volume.emptyDir.sizeLimit);
    return [
      requests.cpu === undefined && 'no CPU is requested',
      requests.memory === undefined && 'no memory is requested',
      limits.memory === undefined && 'memory has no limit',
      limits.cpu !== undefined && 'CPU has a limit: throttling shows as lag',
      unbounded.length > 0 && 'a temporary folder has no bound',
      !container.volumeMounts?.some(({ mountPath }) => mountPath === '/tmp') && 'there is no /tmp to write to',
    ];
  }),
};

/** An image is what somebody chose: a digest or a tag, never what happens to be the latest. */
export const images: Rule = {
  name: 'chosen images',
  findFaults: forEachWorkload(({ name, container, isOurs }) => {
    const image = container.image ?? '';
    const entry = container.command?.[1] ?? '';
    const isNode = isOurs && name !== 'web';
    return [
      !/(@sha256:[0-9a-f]{64}|:[0-9][\w.-]*)$/.test(image) && `its image ${image} has neither a digest nor a version`,
      isNode && container.command?.[0] !== 'node' && 'a shell or nothing stands before node',
      isNode && !existsSync(join(root, entry)) && `it runs ${entry}, which is no file of this repository`,
    ];
  }),
};

/** Where an environment variable gets its value from, resolved as far as the render says it. */
export const secretsByReference: Rule = {
  name: 'secrets by reference',
  findFaults: (manifests) => [
    ...manifests
      .filter(({ kind }) => kind === 'Secret')
      .map(({ metadata }) => `Secret ${metadata.name} has its value here`),
    ...workloadsOf(manifests).flatMap((workload) => {
      const maps = (workload.container.envFrom ?? []).map((from) => configMapNamed(manifests, from.configMapRef?.name));
      const inMaps = maps.flatMap((map) => Object.entries(map ?? {}));
      const inline = (workload.container.env ?? []).map(({ name, value }: IEnvVar) => [name, value ?? ''] as const);
      return [...inMaps, ...inline]
        .filter(([name, value]) => isSecret(name, value))
        .map(([name]) => `${workload.kind} ${workload.name}: ${name} has its value in the manifest`);
    }),
  ],
};

const secretNames =
  /^(MONGODB_URI|(QUEUE_)?REDIS_URL|AUTH_SIGNING_KEYS|AUTH_DATA_KEY)$|PASSWORD$|SECRET$|TOKEN$|(PRIVATE|API)_KEY$/;

function isSecret(name: string, value: string): boolean {
  const carriesPassword = /:\/\/[^/\s]*:[^/\s]*@/.test(value) || /-----BEGIN/.test(value);
  return carriesPassword || secretNames.test(name);
}
