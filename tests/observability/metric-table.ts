import { readText } from '../guards/project-files.ts';

export interface ListedMetric {
  name: string;
  type: string;
  /** Sorted; without `service`, which all have. */
  labels: string[];
  /** Names of services. */
  of: string[];
}

const everyService = ['auth', 'gateway', 'message', 'probe', 'worker'];

/** The metrics that docs/observability.md lists. */
export function readMetricTable(): ListedMetric[] {
  const rows = [...readText('docs/observability.md').matchAll(/^\| `(hallway_\w+)`\s*\|([^|]*)\|([^|]*)\|([^|]*)\|/gm)];
  return rows.map(([, name = '', type = '', labels = '', of = '']) => ({
    name,
    type: type.trim(),
    labels: [...labels.matchAll(/`(\w+)`/g)].map((label) => label[1] ?? '').sort(),
    of: of.trim() === 'all' ? everyService : of.split(',').map((service) => service.trim()),
  }));
}
