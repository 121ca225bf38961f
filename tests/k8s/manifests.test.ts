import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readText, root } from '../guards/project-files.ts';
import { campusMutations } from './campus-mutations.ts';
import { parseManifests, workloadsOf } from './manifests.ts';
import { mutationsOfWorkloads } from './mutations.ts';
import { componentNames, goldenPath, goldens, toPrometheusRule } from './renders.ts';
import { allRules } from './rules/all-rules.ts';
import { insistentSpread } from './rules/life-cycle-rules.ts';
import type { Rule } from './rules/rule.ts';
import { findAdapterFaults } from './rules/scaling-rules.ts';

const committed = Object.keys(goldens).map((name) => [name, parseManifests(readText(goldenPath(name)))] as const);
const campus = () => parseManifests(readText(goldenPath('campus')));

function ruleNamed(wanted: string): Rule {
  const rule = allRules.find(({ name }) => name === wanted);
  if (rule === undefined) throw new Error(`there is no rule "${wanted}"`);
  return rule;
}

describe.each(committed)('the committed render %s', (_, manifests) => {
  it.each(allRules)('follows the rule: $name', ({ findFaults }) => {
    expect(findFaults(manifests)).toEqual([]);
  });

  it.each(mutationsOfWorkloads(manifests))('when $what, is refused by: $rule', ({ rule, workload, mutate }) => {
    const copy = structuredClone(manifests);
    mutate(copy);
    expect(ruleNamed(rule).findFaults(copy).join('\n')).toContain(workload);
  });
});

describe('production', () => {
  it.each(['prod', 'campus'])('when %s is spread, insists on it', (name) => {
    expect(insistentSpread.findFaults(parseManifests(readText(goldenPath(name))))).toEqual([]);
  });

  it('when the spread is only a wish, as in development, says so', () => {
    expect(insistentSpread.findFaults(parseManifests(readText(goldenPath('dev'))))).not.toEqual([]);
  });
});

describe('a rule', () => {
  it.each(campusMutations)('"$rule", when it $what, refuses it', ({ rule, mutate }) => {
    const manifests = campus();
    mutate(manifests);
    expect(ruleNamed(rule).findFaults(manifests)).not.toEqual([]);
  });

  it('when it is one of all, is seen to fail by some mutation', () => {
    const tried = new Set([...campusMutations, ...mutationsOfWorkloads(campus())].map(({ rule }) => rule));
    expect(allRules.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
  });
});

describe('the Prometheus rules of the monitoring component', () => {
  it('are those of deploy/prometheus ("node tests/k8s/main.ts" writes them anew)', () => {
    expect(readText('k8s/components/monitoring/prometheus-rule.yaml')).toBe(toPrometheusRule());
  });
});

describe('the dashboards of the monitoring component', () => {
  it('when a dashboard is added to deploy/grafana, are all of them', () => {
    const { configMapGenerator } = parse(readText('deploy/grafana/kustomization.yaml')) as {
      configMapGenerator: { files: string[] }[];
    };
    const listed = configMapGenerator.flatMap(({ files }) => files);
    expect(listed).toEqual(
      readdirSync(join(root, 'deploy/grafana/dashboards'))
        .map((name) => `dashboards/${name}`)
        .sort(),
    );
  });
});

describe('docs/kubernetes.md', () => {
  const document = readText('docs/kubernetes.md');

  it('when it says what adds up, says what the manifests say', () => {
    const rows = [...document.matchAll(/^\| `(\w+)`\s*\|.*\| (\d+) s\s*\|$/gm)];
    const deployments = workloadsOf(campus()).filter(({ kind }) => kind === 'Deployment');
    expect(Object.fromEntries(rows.map(([, name, seconds]) => [name, Number(seconds)]))).toEqual(
      Object.fromEntries(deployments.map(({ name, pod }) => [name, pod.terminationGracePeriodSeconds])),
    );
  });

  it('when it lists components, lists all', () => {
    const rows = [...document.matchAll(/^\| `([\w-]+)`\s*\|/gm)].map(([, name]) => name);
    expect(componentNames.filter((name) => !rows.includes(name))).toEqual([]);
  });

  it('when it lists Secrets, lists their keys', () => {
    for (const { container, pod, isOurs } of workloadsOf(campus()).filter(({ name }) => name !== 'web')) {
      const secret = pod.volumes?.find((volume) => volume.secret)?.secret?.secretName ?? '';
      const files = (container.env ?? []).filter(({ name }) => name.endsWith('_FILE'));
      const row = document.split('\n').find((line) => line.startsWith(`| \`${secret}\``)) ?? '';
      expect(isOurs && files.every(({ name }) => row.includes(`\`${name.replace(/_FILE$/, '')}\``))).toBe(true);
    }
  });
});

describe('the images of Hallway', () => {
  it.each(['k8s/base', 'k8s/overlays/prod/site'])('when %s names a version, is the version of this tree', (folder) => {
    const { images } = parse(readText(join(folder, 'kustomization.yaml'))) as { images: { newTag: string }[] };
    const { version } = JSON.parse(readText('package.json')) as { version: string };
    expect(images.map(({ newTag }) => newTag)).toEqual([version, version]);
  });
});

describe('the stores of development', () => {
  it('are the images of docker-compose.yml', () => {
    const listed = readText('deploy/docker/images.env');
    const used = workloadsOf(parseManifests(readText(goldenPath('dev')))).filter(({ isOurs }) => !isOurs);
    expect(used.map(({ container }) => container.image).sort()).toEqual(
      [...listed.matchAll(/^(?:MONGO|VALKEY)_IMAGE=(\S+?)(?:@.*)?$/gm)].map(([, image]) => image).sort(),
    );
  });
});

describe("the adapter's example", () => {
  const text = readText('k8s/examples/prometheus-adapter.yaml');

  it('serves the metric that gateways are scaled by', () => {
    expect(findAdapterFaults(text)).toEqual([]);
  });

  it('when the metric is called something else, is refused', () => {
    expect(findAdapterFaults(text.replaceAll('hallway_ws_connections', 'hallway_sockets'))).not.toEqual([]);
  });
});
