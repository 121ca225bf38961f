import { allPartitions } from '@hallway/bus';
import { describe, expect, it } from 'vitest';
import { chooseOwner } from './partition-leases.ts';

const ownersAmong = (instances: string[]) => allPartitions.map((partition) => chooseOwner(partition, instances));

describe('chooseOwner', () => {
  it('when an instance leaves, moves only the partitions that it had', () => {
    const before = ownersAmong(['a', 'b', 'c']);
    const after = ownersAmong(['a', 'c']);
    for (const [partition, owner] of before.entries()) {
      if (owner !== 'b') expect(after[partition]).toBe(owner);
      else expect(['a', 'c']).toContain(after[partition]);
    }
  });

  it('when the same instances are listed in another order, chooses the same owners', () => {
    expect(ownersAmong(['c', 'a', 'b'])).toEqual(ownersAmong(['a', 'b', 'c']));
  });

  it('when nobody lives, chooses nobody', () => {
    expect(chooseOwner(3, [])).toBeUndefined();
  });
});
