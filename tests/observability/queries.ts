import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readText, root } from '../guards/project-files.ts';

interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface Query {
  where: string;
  expr: string;
}

export const ruleFiles = ['deploy/prometheus/slo-rules.yml', 'deploy/prometheus/alert-rules.yml'];

export function readRules(): Rule[] {
  return ruleFiles.flatMap((file) => {
    const { groups } = parse(readText(file)) as { groups: { rules: Rule[] }[] };
    return groups.flatMap(({ rules }) => rules);
  });
}

const dashboards = 'deploy/grafana/dashboards';

interface Panel {
  title: string;
  targets: { expr: string }[];
}

/** Everything that asks Prometheus something: rules and the panels of dashboards. */
export function readQueries(): Query[] {
  const ofRules = readRules().map(({ alert, record, expr }) => ({ where: alert ?? record ?? 'a rule', expr }));
  const ofPanels = readdirSync(join(root, dashboards)).flatMap((file) => {
    const { panels } = JSON.parse(readText(join(dashboards, file))) as { panels: Panel[] };
    return panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ where: `${file}: ${title}`, expr })));
  });
  return [...ofRules, ...ofPanels];
}

/** What Prometheus makes itself of each scrape. */
const madeByPrometheus = new Set(['up']);

/** Names of the metrics that a query reads of processes, as they are declared: a histogram without its suffixes. */
export function metricsIn(expr: string): string[] {
  const names = expr.matchAll(/(?<![\w:])((?:hallway|process|nodejs)_\w+|up)(?![\w:(])/g);
  return [...names].map(([, name = '']) => name).filter((name) => !madeByPrometheus.has(name));
}

/** Names of recorded series that a query reads. */
export function recordedIn(expr: string): string[] {
  return [...expr.matchAll(/(?<![\w:])(hallway:[\w:]+)/g)].map(([, name = '']) => name);
}

/** Labels that a query selects or groups by. */
export function labelsIn(expr: string): string[] {
  const grouped = [...expr.matchAll(/\b(?:by|on|without) \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(','));
  const selected = [...expr.matchAll(/[{,]\s*(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label);
  return [...grouped, ...selected].map((label) => label.trim()).filter((label) => label !== '');
}
