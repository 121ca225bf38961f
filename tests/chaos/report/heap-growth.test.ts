import { describe, expect, it } from 'vitest';
import { heapGrowthOf } from './heap-growth.ts';

const minute = 60_000;
const life = (pid: number, from: number, mbs: number[]) =>
  mbs.map((mb, place) => ({ name: 'gateway-2', pid, at: from + place * minute, mb }));

describe('heapGrowthOf', () => {
  it('when a process holds the same all the time, finds nothing', () => {
    const { figures, missed } = heapGrowthOf(life(1, 0, [30, 40, 40.2, 39.9, 40.1, 40, 40.1, 39.9]));
    expect(missed).toEqual([]);
    expect(figures[0]?.value).toMatch(/40\.0 → 39\.9 MB in 6 min/);
  });

  it('when it holds ever more, says by how much and what was allowed', () => {
    const { missed } = heapGrowthOf(life(1, 0, [40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50]));
    expect(missed).toEqual(['memory that gateway-2 holds after a collection grew by 9.0 MB, to reach is 2.8']);
  });

  it('when it was killed in between, looks at its longest life, or says that none was long enough', () => {
    const { figures } = heapGrowthOf([...life(1, 0, [40, 90]), ...life(2, 3 * minute, [40, 40, 40, 40, 40, 40, 40])]);
    expect(figures[0]?.value).toMatch(/in 5 min, slope 0\.0/);
    const [short] = heapGrowthOf(life(1, 0, [40, 40, 40])).figures;
    expect(short).toMatchObject({ value: null, why: expect.stringContaining('4 minutes') });
  });
});
