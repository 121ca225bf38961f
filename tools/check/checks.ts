import { join } from 'node:path';

export interface Check {
  /** What a person calls it. */
  name: string;
  /** A program of `node_modules/.bin`. */
  program: string;
  args: string[];
}

/** Where the unit tests leave their counts. */
export function unitReportPath(reportFolder: string): string {
  return join(reportFolder, 'unit.json');
}

/** All that is quick: no store, no process, no browser. In the order in which they are begun, the longest first. */
export function listChecks(reportFolder: string): Check[] {
  return [
    {
      name: 'unit tests',
      program: 'vitest',
      args: [
        ...['run', '--project', 'unit', '--reporter=default', '--reporter=json'],
        `--outputFile.json=${unitReportPath(reportFolder)}`,
      ],
    },
    { name: 'types', program: 'turbo', args: ['run', 'typecheck', '--output-logs=errors-only'] },
    { name: 'unused code', program: 'knip', args: ['--no-progress'] },
    {
      name: 'boundaries',
      program: 'depcruise',
      args: [
        '--config',
        '.dependency-cruiser.cjs',
        '--output-type',
        'err',
        'bench',
        'libs',
        'services',
        'tests',
        'tools',
        'web',
      ],
    },
    // Whether each still runs and finds nothing lost; a figure of so short a run says nothing.
    { name: 'benches', program: 'node', args: ['bench/main.ts', '--smoke'] },
    { name: 'lint', program: 'biome', args: ['check', '--error-on-warnings', '.'] },
  ];
}
