import { readFileSync } from 'node:fs';

/** The engines that the tiers ran on, each once, from the lines that `startEngines` wrote to HALLWAY_ENGINE_REPORT. */
export function readEngineReport(path: string): string[] {
  try {
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    const engines = lines.map((line) => JSON.parse(line) as { name: string; kind: string });
    return [...new Set(engines.map(({ name, kind }) => `${name} (${kind})`))].sort();
  } catch {
    // No tier got as far as starting one.
    return [];
  }
}
