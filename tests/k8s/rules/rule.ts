import type { Manifest } from '../manifests.ts';

/** One thing that holds for every render of k8s/. */
export interface Rule {
  name: string;
  /** What is wrong, one sentence each that names the object; empty where all is well. */
  findFaults: (manifests: Manifest[]) => string[];
}
