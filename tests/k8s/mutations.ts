import type { IDeployment } from 'kubernetes-models/apps/v1';
import { type Manifest, type Workload, workloadsOf } from './manifests.ts';

/** A fault that somebody could write into a manifest, and the rule that must see it. */
export interface Mutation {
  rule: string;
  what: string;
  mutate: (manifests: Manifest[]) => void;
}

/** Objects whose fields are set and deleted by name; what a path leads to is checked when it is walked. */
type Loose = { [key: string]: Loose };

function walk(start: object, path: string): { holder: Loose; key: string } {
  const keys = path.split('.');
  const key = keys.pop() ?? '';
  const holder = keys.reduce((at, step) => {
    const next = at[step];
    if (typeof next !== 'object' || next === null) throw new Error(`${path} leads nowhere at ${step}`);
    return next;
  }, start as Loose);
  if (holder[key] === undefined) throw new Error(`${path} leads nowhere at ${key}`);
  return { holder, key };
}

export function remove(start: object, path: string): void {
  const { holder, key } = walk(start, path);
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}

export function set(start: object, path: string, value: unknown): void {
  const { holder, key } = walk(start, path);
  holder[key] = value as Loose;
}

export function find(manifests: Manifest[], kind: string, name: string): Manifest {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name.startsWith(name));
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
}

/** Faults that every workload of a render could have; each must be told of that workload. */
export function mutationsOfWorkloads(manifests: Manifest[]): (Mutation & { workload: string })[] {
  return workloadsOf(manifests).flatMap(({ kind, name, isOurs }) => {
    const change = (rule: string, what: string, mutate: (workload: Workload) => void) => ({
      rule,
      what: `${kind} ${name}: ${what}`,
      workload: name,
      mutate: (copy: Manifest[]) => {
        const workload = workloadsOf(copy).find((one) => one.kind === kind && one.name === name);
        if (workload === undefined) throw new Error(`${name} is gone`);
        mutate(workload);
      },
    });
    return [
      ...securityMutations(change),
      ...(kind === 'Job' ? [] : probeMutations(change)),
      ...(kind === 'Deployment' ? deploymentMutations(change) : []),
      ...(isOurs && name !== 'web' ? settingMutations(change) : []),
    ];
  });
}

type Change = (rule: string, what: string, mutate: (workload: Workload) => void) => Mutation & { workload: string };

function securityMutations(change: Change) {
  const security = (what: string, mutate: (workload: Workload) => void) =>
    change('restricted pod security', what, mutate);
  return [
    security('may run as root', ({ pod }) => remove(pod, 'securityContext.runAsNonRoot')),
    security('runs as user 0', ({ pod }) => set(pod, 'securityContext.runAsUser', 0)),
    security('has no seccomp profile', ({ pod }) => remove(pod, 'securityContext.seccompProfile')),
    security('may escalate', ({ container }) => remove(container, 'securityContext.allowPrivilegeEscalation')),
    security('writes its root', ({ container }) => set(container, 'securityContext.readOnlyRootFilesystem', false)),
    security('keeps capabilities', ({ container }) => remove(container, 'securityContext.capabilities')),
    security('gets a token', ({ pod }) => remove(pod, 'automountServiceAccountToken')),
    security('gets addresses injected', ({ pod }) => remove(pod, 'enableServiceLinks')),
    security('has a second container', ({ pod, container }) => pod.containers.push(container)),
    change('bounded resources', 'asks for no memory', ({ container }) => remove(container, 'resources.requests')),
    change('bounded resources', 'has no limit of memory', ({ container }) => remove(container, 'resources.limits')),
    change('bounded resources', 'has no /tmp', ({ container }) => set(container, 'volumeMounts', [])),
    change('chosen images', 'runs the latest', ({ container }) => set(container, 'image', 'hallway-services:latest')),
    change('fields that the API knows', 'has a misspelt field', ({ pod }) =>
      Object.assign(pod, { restartPolice: 'Always' }),
    ),
  ];
}

function probeMutations(change: Change) {
  const probe = (what: string, mutate: (workload: Workload) => void) =>
    change('startup, liveness and readiness apart', what, mutate);
  return [
    probe('has no startup probe', ({ container }) => remove(container, 'startupProbe')),
    probe('has no liveness probe', ({ container }) => remove(container, 'livenessProbe')),
    probe('has no readiness probe', ({ container }) => remove(container, 'readinessProbe')),
    probe('may start for 6 s', ({ container }) =>
      Object.assign(container.startupProbe ?? {}, { failureThreshold: 3, periodSeconds: 2 }),
    ),
    probe('lives by being ready', ({ container }) => set(container, 'livenessProbe', container.readinessProbe)),
    probe('has a probe without a limit', ({ container }) => remove(container, 'readinessProbe.timeoutSeconds')),
  ];
}

function deploymentMutations(change: Change) {
  const spec = ({ manifest }: Workload) => (manifest as IDeployment).spec ?? {};
  const grace = 'grace periods that add up';
  const spread = 'spread over zones and nodes';
  return [
    change(grace, 'is killed a second too soon', ({ pod }) =>
      set(pod, 'terminationGracePeriodSeconds', Number(pod.terminationGracePeriodSeconds) - 1),
    ),
    change(grace, 'sleeps a second longer', ({ container }) =>
      Object.assign(container, {
        lifecycle: { preStop: { sleep: { seconds: (container.lifecycle?.preStop?.sleep?.seconds ?? 0) + 1 } } },
      }),
    ),
    change('rollouts without a dip', 'may have a pod too few', (workload) =>
      set(spec(workload), 'strategy', { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } }),
    ),
    change(spread, 'is not spread over nodes', ({ pod }) => remove(pod, 'topologySpreadConstraints.1')),
    change(spread, 'is not spread over zones', ({ pod }) => remove(pod, 'topologySpreadConstraints.0')),
    change(spread, 'counts its last release', ({ pod }) => remove(pod, 'topologySpreadConstraints.0.matchLabelKeys')),
    change(spread, 'waits for drained nodes', ({ pod }) => remove(pod, 'topologySpreadConstraints.1.nodeTaintsPolicy')),
  ];
}

function settingMutations(change: Change) {
  const setting = 'settings that the services read';
  return [
    change(setting, 'lacks shared settings', ({ container }) => remove(container, 'envFrom.0')),
    change(setting, 'is told what it does not know', ({ container }) =>
      container.env?.push({ name: 'NO_SUCH_KNOB', value: '1' }),
    ),
    change(setting, 'has a writable folder of secrets', ({ container }) => {
      for (const mount of container.volumeMounts ?? []) Reflect.deleteProperty(mount, 'readOnly');
    }),
    change(setting, 'reads settings that are not there', ({ container }) =>
      set(container, 'envFrom.0.configMapRef.name', 'none'),
    ),
    change('secrets by reference', 'has its database in the manifest', ({ container }) =>
      container.env?.push({ name: 'MONGODB_URI', value: 'mongodb://mongo/hallway' }),
    ),
    change('secrets by reference', 'has a password in an address', ({ container }) =>
      container.env?.push({ name: 'ELSEWHERE', value: 'https://somebody:word@example.edu' }),
    ),
    change('references that lead somewhere', 'uses the default account', ({ pod }) =>
      remove(pod, 'serviceAccountName'),
    ),
    change('chosen images', 'starts by a shell', ({ container }) => set(container, 'command', ['sh', '-c', 'node x'])),
    change('chosen images', 'runs a file that is not there', ({ container }) =>
      set(container, 'command.1', 'services/none/src/main.ts'),
    ),
  ];
}
