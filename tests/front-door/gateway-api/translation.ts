import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const translationPath = join(import.meta.dirname, 'translation.yaml');

interface HttpConnectionManager {
  '@type': string;
  rds?: { routeConfigName: string };
  routeConfig?: unknown;
  [field: string]: unknown;
}

interface FilterChain {
  filters: { name: string; typedConfig: HttpConnectionManager }[];
  transportSocket?: unknown;
  filterChainMatch?: unknown;
}

export interface Listener {
  name: string;
  address: { socketAddress: { address: string; portValue: number } };
  filterChains?: FilterChain[];
  defaultFilterChain?: FilterChain;
  accessLog?: unknown;
  listenerFilters?: unknown;
}

export interface EnvoyResources {
  listeners: Listener[];
  routes: { name: string; virtualHosts: { domains: string[] }[] }[];
  clusters: { name: string; edsClusterConfig?: unknown; [field: string]: unknown }[];
}

/** What a real controller made of the manifests in k8s/, and of which ones: `main.ts` writes it. */
export interface Translation extends EnvoyResources {
  translator: string;
  digest: string;
}

export function readTranslation(): Translation {
  return parse(readFileSync(translationPath, 'utf8')) as Translation;
}
