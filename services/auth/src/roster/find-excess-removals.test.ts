import { describe, expect, it } from 'vitest';
import { findExcessRemovals } from './find-excess-removals.ts';
import type { KindSummary } from './tally-changes.ts';

function summary(ended: number, inForce: number): KindSummary {
  return { kind: 'person', counts: { added: 0, changed: 0, restored: 0, ended, recorded: 0 }, inForce, examples: [] };
}

describe('findExcessRemovals', () => {
  it('when a tenth ends, lets it pass, and when one more does, names the kind', () => {
    expect(findExcessRemovals([summary(10, 100)])).toEqual([]);
    expect(findExcessRemovals([summary(11, 100)])).toEqual([{ kind: 'person', ended: 11, inForce: 100 }]);
  });

  it('when nothing is there, lets nothing end and is content', () => {
    expect(findExcessRemovals([summary(0, 0)])).toEqual([]);
  });
});
