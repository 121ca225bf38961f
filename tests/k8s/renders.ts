import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Kustomize } from '../../tools/kustomize/find-kustomize.ts';
import { readText, root } from '../guards/project-files.ts';
import { type Manifest, parseManifests } from './manifests.ts';

/** Renders that are committed, so that a change of a manifest is seen as what it changes in a cluster. */
export const goldens = {
  dev: 'k8s/overlays/dev',
  prod: 'k8s/overlays/prod',
  campus: 'k8s/examples/campus',
} as const;

export const goldenPath = (name: string) => `tests/k8s/golden/${name}.yaml`;

export const componentNames = readdirSync(join(root, 'k8s/components')).sort();

interface Kustomization {
  resources?: string[];
  components?: string[];
}

/** Development has one pod of each, and its keys on a volume that one pod holds: there is nothing to scale. */
const onlyOfMany = ['hpa', 'keda'];

/** Components that an overlay can take and does not have already. */
export function componentsFor(overlay: string): string[] {
  const { components = [] } = parse(readText(join(overlay, 'kustomization.yaml'))) as Kustomization;
  const has = (name: string) => components.some((path) => path.endsWith(`/components/${name}`));
  const fits = (name: string) => overlay !== goldens.dev || !onlyOfMany.includes(name);
  return componentNames.filter((name) => !has(name) && fits(name));
}

/** The two front doors exclude each other: polls that come through the one would not find their gateway by the other. */
export function togetherSets(names: string[]): string[][] {
  return [names.filter((name) => name !== 'traefik'), names.filter((name) => !name.startsWith('gateway-api'))];
}

export async function render(kustomize: Kustomize, folder: string): Promise<Manifest[]> {
  return parseManifests(await kustomize.render(join(root, folder)));
}

const SITE_ORIGIN = 'https://school.example.org';

/** A component of a site of its own: another origin than the overlays', which everything must follow. */
const site = {
  apiVersion: 'kustomize.config.k8s.io/v1alpha1',
  kind: 'Component',
  configMapGenerator: [{ name: 'settings-common', behavior: 'merge', literals: [`HALLWAY_ORIGIN=${SITE_ORIGIN}`] }],
};

/** An overlay with components, as a site would write it down. */
export async function renderWith(kustomize: Kustomize, overlay: string, components: string[]): Promise<Manifest[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hallway-k8s-'));
  const from = (path: string) => relative(folder, join(root, path));
  try {
    const kustomization = {
      resources: [from(overlay)],
      components: ['site', ...components.map((name) => from(`k8s/components/${name}`))],
    };
    mkdirSync(join(folder, 'site'));
    writeFileSync(join(folder, 'site/kustomization.yaml'), stringify(site));
    writeFileSync(join(folder, 'kustomization.yaml'), stringify(kustomization));
    return parseManifests(await kustomize.render(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Production as a site edits it in place: each component that its own list only mentions is taken, but for those left out. */
export async function renderProdWithItsList(
  kustomize: Kustomize,
  leaveOut: (name: string) => boolean,
): Promise<Manifest[]> {
  const edited = readText(join(goldens.prod, 'kustomization.yaml')).replace(/^( +)# - /gm, '$1- ');
  const kustomization = parse(edited) as Required<Kustomization>;
  const folder = mkdtempSync(join(tmpdir(), 'hallway-k8s-'));
  const from = (path: string) => relative(folder, join(root, goldens.prod, path));
  try {
    const components = kustomization.components.filter((path) => !leaveOut(basename(path))).map(from);
    const resources = kustomization.resources.map(from);
    writeFileSync(join(folder, 'kustomization.yaml'), stringify({ ...kustomization, resources, components }));
    return parseManifests(await kustomize.render(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** One text for one meaning, whatever version of kustomize rendered it: objects by kind and name, fields by name. */
export function toGolden(manifests: Manifest[]): string {
  const keyOf = ({ kind, metadata }: Manifest) => `${kind} ${metadata.name}`;
  // Alert rules and dashboards are long, and compared with their files by tests of their own.
  const shown = manifests.filter(
    ({ kind, metadata }) => kind !== 'PrometheusRule' && !metadata.labels?.grafana_dashboard,
  );
  const sorted = shown.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  return sorted.map((manifest) => stringify(manifest, { sortMapEntries: true, lineWidth: 0 })).join('---\n');
}

const RULES = 'deploy/prometheus';

interface RuleFile {
  groups?: unknown[];
}

/** The rules of deploy/prometheus as the object that the Prometheus operator reads. */
export function toPrometheusRule(): string {
  const files = readdirSync(join(root, RULES))
    .filter((name) => name.endsWith('.yml'))
    .sort();
  const groups = files.flatMap((name) => (parse(readText(join(RULES, name))) as RuleFile).groups ?? []);
  const rule = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'hallway' },
    spec: { groups },
  };
  return `# Made of the rules in ${RULES} by "node tests/k8s/main.ts"; a test compares the two.\n${stringify(rule, { lineWidth: 0 })}`;
}
