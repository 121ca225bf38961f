import { describe, expect, it } from 'vitest';
import { readMetricTable } from './metric-table.ts';
import { labelsIn, metricsIn, readQueries, readRules, recordedIn } from './queries.ts';

const metrics = new Map(readMetricTable().map((metric) => [metric.name, metric]));
const recorded = new Set(readRules().flatMap(({ record }) => record ?? []));
const queries = readQueries();
// Node's own, which every process has, whatever the table lists.
const ofNode = new Set(['process_cpu_seconds_total', 'process_resident_memory_bytes', 'process_start_time_seconds']);
// What a scrape adds, and what a histogram has.
const everyLabel = ['service', 'instance', 'job', 'le', 'slo'];

function baseOf(name: string): string {
  const base = name.replace(/_(bucket|sum|count)$/, '');
  return metrics.get(base)?.type === 'histogram' ? base : name;
}

describe('a query of a rule or a dashboard', () => {
  it('when there are rules and dashboards, is found', () => {
    expect(queries.length).toBeGreaterThan(100);
  });

  it.each(queries)('of $where reads only what processes export or rules record', ({ expr }) => {
    const read = [...metricsIn(expr), ...recordedIn(expr)];
    expect(read.length + (expr.includes('up{') ? 1 : 0)).toBeGreaterThan(0);
    const known = (name: string) => metrics.has(baseOf(name)) || ofNode.has(name) || recorded.has(name);
    expect(read.filter((name) => !known(name))).toEqual([]);
  });

  it.each(queries)('of $where names only labels that its metrics have', ({ expr }) => {
    const labels = metricsIn(expr).flatMap((name) => metrics.get(baseOf(name))?.labels ?? []);
    expect(labelsIn(expr).filter((label) => !labels.includes(label) && !everyLabel.includes(label))).toEqual([]);
  });

  it('when a histogram is read, reads its buckets, its sum or its count', () => {
    const whole = queries
      .flatMap(({ expr }) => metricsIn(expr))
      .filter((name) => metrics.get(name)?.type === 'histogram');
    expect(whole).toEqual([]);
  });
});

describe('the list of metrics', () => {
  it('when a metric is shown or watched nowhere, is too long', () => {
    const read = new Set(queries.flatMap(({ expr }) => metricsIn(expr)).map(baseOf));
    expect([...metrics.keys()].filter((name) => !read.has(name))).toEqual([]);
  });

  it('when it lists a metric, lists it once', () => {
    expect(readMetricTable().length).toBe(metrics.size);
  });
});
