import type { MutationResult, MutationRun } from './run-mutations.ts';

/** The lines of a report about the mutation check: which invariant caught which bug. */
export function describeMutations({ controlProblems, results }: MutationRun): string[] {
  const caught = results.filter(({ caughtBy }) => caughtBy.length > 0).length;
  return [
    `## T12: seeded bugs, ${caught} of ${results.length} caught`,
    '',
    'Each bug is a patch of a copy of the source; the same scenarios in a copy without one broke no invariant' +
      `${controlProblems.length === 0 ? '.' : ', as they should, but for what stands below.'}`,
    '',
    '| bug | scenario | caught by | in its words | times | seconds |',
    '| --- | --- | --- | --- | --- | --- |',
    ...results.map(toRow),
    '',
    ...results.flatMap(({ mutation, fault }) => (fault === null ? [] : [`- **${mutation.id}: ${fault}**`])),
    ...controlProblems.map((problem) => `- **without a bug: ${problem}**`),
    ...results.map(({ mutation }) => `- ${mutation.title}: ${mutation.breaks}`),
    '',
  ];
}

/** One line for the terminal. */
export function tellMutation({ mutation, caughtBy, seconds, fault }: MutationResult): string {
  const invariants = caughtBy.map(({ invariant }) => invariant).join(' and ');
  if (invariants !== '') return `T12  ${mutation.title}: caught by ${invariants} after ${seconds} s`;
  return `T12  ${mutation.title}: SURVIVED${fault === null ? '' : `, for it could not be played: ${fault}`}`;
}

function toRow({ mutation, caughtBy, totals, seconds }: MutationResult): string {
  const invariants = caughtBy.map(({ invariant }) => invariant);
  const times = invariants.map((invariant) => totals[invariant] ?? 0);
  const words = caughtBy.map(({ message }) => message);
  const cells = [
    mutation.title,
    mutation.scenario,
    invariants.join(', ') || '**SURVIVED**',
    words.join(' '),
    times.join(', '),
  ];
  return `| ${[...cells, seconds].join(' | ')} |`;
}
