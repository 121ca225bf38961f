import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findKustomize } from '../../tools/kustomize/find-kustomize.ts';
import { tellFailure } from '../../tools/terminal/refusal.ts';
import { root } from '../guards/project-files.ts';
import { goldenPath, goldens, render, toGolden, toPrometheusRule } from './renders.ts';

// Writes the committed renders anew, and before them the Prometheus rules that they contain. The difference that git then shows
// is what a change of k8s/ does to a cluster.
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  process.stdout.write(`${path}\n`);
};

try {
  const kustomize = await findKustomize({ env: process.env, say: (line) => process.stdout.write(`${line}\n`) });
  write('k8s/components/monitoring/prometheus-rule.yaml', toPrometheusRule());
  for (const [name, folder] of Object.entries(goldens))
    write(goldenPath(name), toGolden(await render(kustomize, folder)));
} catch (fault) {
  tellFailure(fault);
  process.exitCode = 1;
}
