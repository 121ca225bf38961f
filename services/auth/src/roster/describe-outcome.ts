import type { RosterOutcome, RosterProgress } from './import-roster.ts';
import { changeVerbs } from './roster-changes.ts';
import type { KindSummary, ShownChange } from './tally-changes.ts';

const headlines: Record<RosterOutcome['state'], string> = {
  faulty: 'The roster has faults; nothing was written.',
  stopped: 'Stopped before anything was written: the roster would end more than a tenth of what is there.',
  compared: 'Dry run: nothing was written.',
  unchanged: 'Nothing to do: the directory agrees with the roster already.',
  imported: 'Imported.',
};

/** What an import found and did, as lines for people. */
export function describeOutcome(outcome: RosterOutcome): string[] {
  const { state, faults, faultCount, notes, difference, excess, passwordsSet } = outcome;
  const lines = [headlines[state]];
  for (const { file, line, message } of faults) lines.push(`  ${file}${line > 0 ? `:${line}` : ''} ${message}`);
  if (faultCount > faults.length)
    lines.push(`  … and ${faultCount - faults.length} more faults (${faultCount} in all)`);
  if (state !== 'faulty') lines.push(...describeDifference(difference));
  for (const { kind, ended, inForce } of excess) {
    lines.push(`  ${ended} of ${inForce} ${plural(kind)} would end. If that is right, confirm the removals.`);
  }
  if (passwordsSet > 0) lines.push(`  passwords      ${passwordsSet} set for the first time`);
  for (const { what, count, examples } of notes) {
    lines.push(`  Note: ${what} (${count}${examples.length > 0 ? `: ${examples.join('; ')}` : ''}).`);
  }
  return lines;
}

function describeDifference(difference: KindSummary[]): string[] {
  return difference.flatMap(({ kind, counts, examples }) => {
    const told = changeVerbs.filter((verb) => counts[verb] > 0).map((verb) => `${counts[verb]} ${verb}`);
    const summary = `  ${plural(kind).padEnd(14)} ${told.length > 0 ? told.join(', ') : 'no change'}`;
    return [summary, ...examples.map((example) => `    ${describeChange(example)}`)];
  });
}

const signs: Record<string, string> = { added: '+', changed: '~', restored: '+', ended: '-', recorded: '·' };

function describeChange({ verb, key, label, before, after }: ShownChange): string {
  const differences = verb === 'changed' ? `: ${JSON.stringify(before)} → ${JSON.stringify(after)}` : '';
  return `${signs[verb]} ${label} (${key})${differences}`;
}

function plural(kind: string): string {
  return kind === 'person' ? 'people' : `${kind}s`;
}

const stepNames: Record<RosterProgress['step'], string> = {
  reading: 'reading',
  comparing: 'comparing',
  writing: 'writing',
  passwords: 'setting',
};

export function describeProgress({ step, what, done, total }: RosterProgress): string {
  const share = total ? ` of ${total} (${Math.floor((done / total) * 100)} %)` : '';
  return `${stepNames[step]} ${what}: ${done}${share}`;
}
