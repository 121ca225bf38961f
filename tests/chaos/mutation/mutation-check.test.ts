import { describe, expect, it } from 'vitest';
import { runMutations } from './run-mutations.ts';

const seed = Math.floor(Math.random() * 2 ** 31);
// Nine small systems, two at a time: two minutes on two quiet cores.
const withinMs = 900_000;

/** A seed that fails here is played again with `npm run chaos -- --seed <seed> --only T12`. */
describe(`mutation check with seed ${seed}`, () => {
  it(
    'when each of the seeded bugs is in the product, the checker says so, and without them nothing',
    async () => {
      const { controlProblems, results } = await runMutations({ seed });
      const survivors = results.filter(({ caughtBy }) => caughtBy.length === 0);
      expect({
        controlProblems,
        survivors: survivors.map(({ mutation, reported, fault }) => ({ id: mutation.id, reported, fault })),
      }).toEqual({ controlProblems: [], survivors: [] });
    },
    withinMs,
  );
});
