import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readText, root } from '../guards/project-files.ts';
import { readRules } from './queries.ts';

const folder = 'deploy/runbooks';
const alerts = readRules().flatMap((rule) => (rule.alert === undefined ? [] : [{ ...rule, alert: rule.alert }]));
const names = [...new Set(alerts.map(({ alert }) => alert))];
const runbooks = readdirSync(join(root, folder)).filter((file) => file !== 'README.md');

describe('an alert', () => {
  it.each(alerts)(
    '$alert says who is woken, what is wrong, and where its runbook is',
    ({ alert, labels, annotations }) => {
      expect(['page', 'ticket']).toContain(labels?.severity);
      expect(annotations?.summary).toBeTruthy();
      expect(annotations?.runbook_url).toBe(
        `{{ with $externalLabels.runbooks }}{{ . }}{{ else }}deploy/runbooks{{ end }}/${alert}.md`,
      );
    },
  );

  it.each(names)('%s has a runbook with first commands and a way back', (alert) => {
    const text = readText(join(folder, `${alert}.md`));
    expect(text.startsWith(`# ${alert}\n`)).toBe(true);
    expect(text).toMatch(/^## Look first\n\n```sh\n[^`]*^(?!#)\S.*$/m);
    expect(text).toMatch(/^## What it usually is\n\n- /m);
    expect(text).toMatch(/^## Mend, or go back\n\n- /m);
    expect(text.split('## Mend, or go back')[1]).toMatch(/rollout undo|go(ing)? back|the ones? before|of before/i);
  });
});

describe('a runbook', () => {
  it('when its alert is gone, is gone too', () => {
    expect(runbooks.map((file) => file.replace(/\.md$/, '')).sort()).toEqual([...names].sort());
  });

  it('stands in the list of runbooks', () => {
    const listed = [...readText(join(folder, 'README.md')).matchAll(/^- \[(\w+)\]\(\1\.md\)$/gm)];
    expect(listed.map(([, name = '']) => name).sort()).toEqual([...names].sort());
  });
});
