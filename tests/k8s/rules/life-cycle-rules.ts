import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { deploymentOf, hasLabels, type Manifest, ofKind, type Workload, workloadsOf } from '../manifests.ts';
import { servicesInCode, webStopWithinMs } from '../services.ts';
import type { Rule } from './rule.ts';

/** For a kubelet that is busy, and a log that is being written. */
const MARGIN_SECONDS = 15;

/** What endpoints, proxies and their caches need to hear that a pod goes. */
const LEAST_PRE_STOP_SECONDS = 10;

const deploymentsOf = (manifests: Manifest[]) => workloadsOf(manifests).filter(({ kind }) => kind === 'Deployment');

/** preStop, the longest stop in the code, and a margin are exactly the grace period: a constant that changes shows here. */
export const gracePeriod: Rule = {
  name: 'grace periods that add up',
  findFaults: (manifests) =>
    deploymentsOf(manifests).flatMap(({ name, pod, container }) => {
      const inCode = servicesInCode[name];
      const isRouted = inCode?.isRouted ?? name === 'web';
      const preStop = container.lifecycle?.preStop;
      const sleep = preStop?.sleep?.seconds ?? 0;
      const stop = (inCode?.stopWithinMs ?? webStopWithinMs) / 1000;
      const sum = sleep + stop + MARGIN_SECONDS;
      const given = pod.terminationGracePeriodSeconds;
      const faults = [
        preStop !== undefined && preStop.sleep === undefined && 'its preStop needs a program of the image',
        isRouted && sleep < LEAST_PRE_STOP_SECONDS && `it is routed to, and preStop sleeps ${sleep} s only`,
        given !== sum && `preStop ${sleep} s + stop ${stop} s + margin are ${sum} s, the grace period is ${given} s`,
      ];
      return faults.filter((fault) => fault !== false).map((fault) => `Deployment ${name}: ${fault}`);
    }),
};

/** What the drain in the settings takes must be what the code's longest stop allows for. */
export const rollout: Rule = {
  name: 'rollouts without a dip',
  findFaults: (manifests) =>
    deploymentsOf(manifests).flatMap((workload) => {
      const spec = deploymentOf(workload);
      const { type, rollingUpdate } = spec?.strategy ?? {};
      // A volume that one pod holds at a time leaves no other way.
      const holdsVolume = (workload.pod.volumes ?? []).some((volume) => volume.persistentVolumeClaim !== undefined);
      if (type === 'Recreate' && holdsVolume && spec?.replicas === 1) return [];
      const faults = [
        type !== 'RollingUpdate' && 'it is not rolled',
        rollingUpdate?.maxUnavailable !== 0 && 'a rollout may take a pod away before another is there',
        rollingUpdate?.maxSurge !== '25%' && 'a rollout does not add a quarter at a time',
        spec?.minReadySeconds !== 15 && 'a pod counts before it stayed ready for 15 s',
        !((spec?.progressDeadlineSeconds ?? 0) > 0) && 'a rollout that hangs says nothing',
      ];
      return faults.filter((fault) => fault !== false).map((fault) => `Deployment ${workload.name}: ${fault}`);
    }),
};

/** A budget lets one pod go whatever happens, so that no node waits for ever; and what has several pods has a budget. */
export const disruptionBudgets: Rule = {
  name: 'budgets that never block a drain',
  findFaults: (manifests) => {
    const budgets = ofKind<IPodDisruptionBudget>(manifests, 'PodDisruptionBudget');
    const deployments = deploymentsOf(manifests);
    return [
      ...budgets.flatMap((budget) => budgetFaults(budget, deployments, manifests)),
      ...deployments
        .filter((workload) => leastReplicas(workload, manifests) >= 2 && budgetsFor(workload, budgets).length !== 1)
        .map(({ name }) => `Deployment ${name} has several pods and not exactly one budget`),
    ];
  },
};

function budgetsFor({ labels }: Workload, budgets: (IPodDisruptionBudget & Manifest)[]) {
  return budgets.filter(({ spec }) => hasLabels(labels, spec?.selector?.matchLabels));
}

function budgetFaults(
  budget: IPodDisruptionBudget & Manifest,
  deployments: Workload[],
  manifests: Manifest[],
): string[] {
  const { maxUnavailable, minAvailable, unhealthyPodEvictionPolicy, selector } = budget.spec ?? {};
  const held = deployments.filter(({ labels }) => hasLabels(labels, selector?.matchLabels));
  const faults = [
    minAvailable !== undefined && 'counts what must be there, which blocks a drain where only that is there',
    maxUnavailable !== 1 && 'does not let exactly one pod go',
    unhealthyPodEvictionPolicy !== 'AlwaysAllow' && 'keeps a node for a pod that is not ready anyway',
    held.length !== 1 && `holds ${held.length} deployments`,
    held.some((workload) => leastReplicas(workload, manifests) < 2) && 'holds a single pod, which says nothing',
  ];
  return faults
    .filter((fault) => fault !== false)
    .map((fault) => `PodDisruptionBudget ${budget.metadata.name} ${fault}`);
}

interface ScaledObject {
  spec: { scaleTargetRef: { name: string }; minReplicaCount?: number; maxReplicaCount?: number };
}

/** How few pods a deployment may have: what it says, or what its autoscaler may shrink it to. */
export function leastReplicas(workload: Workload, manifests: Manifest[]): number {
  const scaled = ofKind<IHorizontalPodAutoscaler>(manifests, 'HorizontalPodAutoscaler').find(
    ({ spec }) => spec?.scaleTargetRef.name === workload.name,
  );
  const byKeda = ofKind<ScaledObject>(manifests, 'ScaledObject').find(
    ({ spec }) => spec.scaleTargetRef.name === workload.name,
  );
  return scaled?.spec?.minReplicas ?? byKeda?.spec.minReplicaCount ?? deploymentOf(workload)?.replicas ?? 1;
}

/** Over zones and over nodes, each release counted by itself and no drained node waited for. */
export const spread: Rule = {
  name: 'spread over zones and nodes',
  findFaults: (manifests) =>
    deploymentsOf(manifests).flatMap(({ name, pod, labels }) =>
      ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].flatMap((topologyKey) => {
        const found = pod.topologySpreadConstraints?.find((constraint) => constraint.topologyKey === topologyKey);
        if (found === undefined) return [`Deployment ${name} is not spread over ${topologyKey}`];
        const faults = [
          found.maxSkew !== 1 && 'unevenly',
          found.matchLabelKeys?.join() !== 'pod-template-hash' && 'with its last release',
          found.nodeTaintsPolicy !== 'Honor' && 'over nodes that are being drained',
          !hasLabels(labels, found.labelSelector?.matchLabels) && 'by labels that it has not',
          found.labelSelector?.matchLabels === undefined && 'by no labels',
        ];
        return faults.filter(Boolean).map((fault) => `Deployment ${name} is spread over ${topologyKey} ${fault}`);
      }),
    ),
};

/** Of production alone, where the loss of a zone must not be the loss of a service. */
export const insistentSpread: Rule = {
  name: 'spread that is insisted on',
  findFaults: (manifests) =>
    deploymentsOf(manifests).flatMap(({ name, pod }) =>
      (pod.topologySpreadConstraints ?? [])
        .filter(({ whenUnsatisfiable }) => whenUnsatisfiable !== 'DoNotSchedule')
        .map(({ topologyKey }) => `Deployment ${name} is spread over ${topologyKey} only where that is easy`),
    ),
};

/** The migration: replaced by each release, before the pods, bounded. */
export const migration: Rule = {
  name: 'a migration before the rollout',
  findFaults: (manifests) => {
    const jobs = workloadsOf(manifests).filter(({ kind }) => kind === 'Job');
    const [job] = jobs;
    if (job === undefined || jobs.length > 1) return [`there are ${jobs.length} jobs, and one is the migration`];
    const annotations = job.manifest.metadata.annotations ?? {};
    const spec = (job.manifest as Manifest & { spec: Record<string, unknown> }).spec;
    const faults = [
      job.name !== 'migrate' && 'is not called migrate',
      annotations['argocd.argoproj.io/hook-delete-policy'] !== 'BeforeHookCreation' && 'stands in the next one’s way',
      !(Number(annotations['argocd.argoproj.io/sync-wave']) < 0) && 'does not come before the pods',
      annotations['kustomize.toolkit.fluxcd.io/force'] !== 'enabled' && 'cannot be replaced by Flux',
      !(Number(spec.backoffLimit) > 0) && 'is tried once only',
      !(Number(spec.activeDeadlineSeconds) > 0) && 'may hang for ever',
      !(Number(spec.ttlSecondsAfterFinished) > 0) && 'stays for ever',
      job.pod.restartPolicy !== 'Never' && 'starts again in its pod, where its log is lost',
    ];
    return faults.filter((fault) => fault !== false).map((fault) => `Job ${job.name} ${fault}`);
  },
};
