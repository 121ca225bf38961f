import { describe, expect, it } from 'vitest';
import { allPartitions, createBusNames, partitionCount, partitionOf } from './names.ts';

const ids = Array.from({ length: 4000 }, (_, index) => (index * 7919).toString(16).padStart(24, '0'));

describe('partitionOf', () => {
  it('when many rooms are spread, gives every partition its share', () => {
    const counts = new Map<number, number>();
    for (const id of ids) counts.set(partitionOf(id), (counts.get(partitionOf(id)) ?? 0) + 1);
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([...allPartitions]);
    for (const count of counts.values()) expect(count).toBeGreaterThan(ids.length / partitionCount / 2);
  });

  it('when services are upgraded, a room stays where it was', () => {
    // Known answers: a change here would strand every command that waits in a stream.
    expect(['65a1b2c3d4e5f60718293a4b', '507f1f77bcf86cd799439011'].map(partitionOf)).toEqual([1, 15]);
  });
});

describe('createBusNames', () => {
  it('when two prefixes are used, no key of one is a key of the other', () => {
    const [one, two] = [createBusNames('one'), createBusNames('two')];
    expect(one.commands(1)).not.toBe(two.commands(1));
    expect(one.events(3)).toContain('{p3}');
    expect(one.eventPosition(3)).toContain('{p3}');
  });
});
