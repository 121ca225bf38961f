import type { SendCommand } from '@hallway/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBatches } from './batches.ts';

const entriesOf = (lengths: number[]) =>
  lengths.map((length, index) => ({
    partition: 0,
    id: `${index}-0`,
    redelivered: false,
    command: { content: 'x'.repeat(length) } as SendCommand,
  }));

describe('toBatches', () => {
  it('for any commands, keeps their order and the bounds of a batch', () => {
    const lengths = fc.array(fc.oneof(fc.nat(200), fc.constantFrom(8000, 500_000)), { maxLength: 1500 });
    fc.assert(
      fc.property(lengths, (given) => {
        const entries = entriesOf(given);
        const batches = toBatches(entries, ({ command }) => command.content);
        expect(batches.flat()).toEqual(entries);
        for (const batch of batches) {
          const bytes = batch.reduce((sum, entry) => sum + entry.command.content.length, 0);
          expect(batch.length).toBeLessThanOrEqual(500);
          expect(batch.length === 1 || bytes <= 1024 * 1024).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });
});
