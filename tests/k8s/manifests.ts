import type { IDeployment, IStatefulSet } from 'kubernetes-models/apps/v1';
import type { IJob } from 'kubernetes-models/batch/v1';
import type { IConfigMap, IContainer, IPodSpec } from 'kubernetes-models/v1';
import { parseAllDocuments } from 'yaml';

/** Any object of the cluster; the rules narrow it by its kind. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
}

/** Reads what kustomize renders. Throws on YAML that is broken or says a key twice. */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    const fault = document.errors[0];
    if (fault !== undefined) throw fault;
    return document.toJS() as Manifest;
  });
}

/** All manifests of one kind, as the type that the caller names. */
export function ofKind<T>(manifests: Manifest[], kind: string): (T & Manifest)[] {
  return manifests.filter((manifest) => manifest.kind === kind) as (T & Manifest)[];
}

/** What runs pods: the only place where the three kinds are told apart. */
export interface Workload {
  manifest: Manifest;
  name: string;
  kind: 'Deployment' | 'StatefulSet' | 'Job';
  /** One of Hallway's own images; else it is a store of the development overlay. */
  isOurs: boolean;
  labels: Record<string, string>;
  pod: IPodSpec;
  container: IContainer;
}

export function workloadsOf(manifests: Manifest[]): Workload[] {
  return manifests.flatMap((manifest) => {
    const kind = manifest.kind;
    if (kind !== 'Deployment' && kind !== 'StatefulSet' && kind !== 'Job') return [];
    const template = (manifest as IDeployment | IStatefulSet | IJob).spec?.template;
    const pod = template?.spec;
    const container = pod?.containers[0];
    if (pod === undefined || container === undefined)
      throw new Error(`${kind} ${manifest.metadata.name} has no container`);
    const labels = template?.metadata?.labels ?? {};
    const isOurs = /hallway/.test(container.image ?? '');
    return [{ manifest, name: manifest.metadata.name, kind, isOurs, labels, pod, container }];
  });
}

export function deploymentOf(workload: Workload): IDeployment['spec'] {
  return workload.kind === 'Deployment' ? (workload.manifest as IDeployment).spec : undefined;
}

export function hasLabels(labels: Record<string, string>, wanted: Record<string, string> | undefined): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => labels[key] === value);
}

/** The data of a ConfigMap of the render, or null. */
export function configMapNamed(manifests: Manifest[], name: string | undefined): Record<string, string> | null {
  const found = ofKind<IConfigMap>(manifests, 'ConfigMap').find((map) => map.metadata.name === name);
  return found === undefined ? null : (found.data ?? {});
}
