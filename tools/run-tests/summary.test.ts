import { describe, expect, it } from 'vitest';
import { summarise } from './summary.ts';

const tier = (name: string, passed: number, failed: number) => ({
  name,
  counts: { passed, failed, skipped: 0 },
  ms: 1234,
  faults: [],
});

describe('summarise', () => {
  it('when all tiers ran, ends with the sums on a plain line of their own', () => {
    const text = summarise([tier('check', 300, 0), tier('integration', 40, 2)], ['Valkey 9.1.2 (embedded)']);
    expect(text.split('\n').at(-1)).toBe('340 passed, 2 failed');
    expect(text).toContain('integration  40 passed, 2 failed (1.2 s)');
    expect(text).toContain('Ran on Valkey 9.1.2 (embedded).');
  });

  it('when a check failed without a test, names it', () => {
    expect(summarise([{ ...tier('check', 300, 0), faults: ['lint failed'] }], [])).toContain('lint failed');
  });
});
