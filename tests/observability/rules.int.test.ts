import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findPromtool } from '../../tools/promtool/find-promtool.ts';
import { readText, root } from '../guards/project-files.ts';
import { readRules, ruleFiles } from './queries.ts';

const testFiles = ['tests/observability/rules.test.yml', 'tests/observability/slow-burn.test.yml'];
let promtool = '';

// The package is some fifty megabytes, once.
beforeAll(async () => {
  promtool = await findPromtool(process.env);
}, 360_000);

/** What promtool says of files, where it is content with them. */
async function ask(...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(promtool, args, { cwd: root }).catch((error) => {
    throw new Error(`promtool is not content:\n${error.stdout}\n${error.stderr}`);
  });
  return stdout + stderr;
}

interface Expectation {
  expr?: string;
  alertname?: string;
  exp_samples?: { labels: string }[];
  exp_alerts?: unknown[];
}

/** Alerts whose firing a test expects by name, with the severities and windows that it expects. */
function firingIn(file: string): string[] {
  const { tests } = parse(readText(file)) as { tests: { promql_expr_test?: Expectation[] }[] };
  const samples = tests.flatMap(({ promql_expr_test: all = [] }) => all.flatMap(({ exp_samples: some = [] }) => some));
  return samples.map(({ labels }) => labels.replace(/[{}"]/g, ''));
}

describe('the rules', () => {
  it('when promtool reads them, are rules of Prometheus', async () => {
    expect(await ask('check', 'rules', ...ruleFiles)).toContain('SUCCESS');
    expect(await ask('check', 'config', 'deploy/prometheus/prometheus.yml')).toContain('SUCCESS');
  });

  it('when series are crafted, fire where they must and are silent where they must', async () => {
    expect(await ask('test', 'rules', ...testFiles)).toContain('SUCCESS');
  }, 300_000);

  it('when an alert has several severities and windows, each of them is seen firing', () => {
    const seen = new Set(testFiles.flatMap(firingIn));
    const wanted = readRules().flatMap(({ alert, labels = {} }) => {
      const window = labels.window === undefined ? '' : `,window=${labels.window}`;
      return alert === undefined ? [] : [`alertname=${alert},severity=${labels.severity}${window}`];
    });
    expect(wanted.filter((one) => !seen.has(one))).toEqual([]);
  });

  it('when nothing is wrong, every alert has been asked and is silent', () => {
    expect(readText('tests/observability/rules.test.yml')).toContain(`expr: 'ALERTS{alertstate="firing"}'`);
  });
});
