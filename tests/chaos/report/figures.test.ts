import { describe, expect, it } from 'vitest';
import { missedIfAbove, missedOrUnmeasured } from './figures.ts';

describe('a bar', () => {
  it('when it is reached, says nothing, and when it is not, how far off that was', () => {
    expect(missedOrUnmeasured('heal p99 (ms)', 5000, 5000)).toEqual([]);
    expect(missedOrUnmeasured('heal p99 (ms)', 5000.129, 5000)).toEqual(['heal p99 (ms) is 5000.13, to reach is 5000']);
  });

  it('when nothing was measured, is missed where a figure was asked for', () => {
    expect(missedOrUnmeasured('heal p99 (ms)', null, 5000)).toEqual([
      'heal p99 (ms) was not measured, to reach is 5000',
    ]);
    expect(missedOrUnmeasured('heal p99 (ms)', undefined, undefined)).toEqual([]);
    expect(missedIfAbove('share', null, 0.2)).toEqual([]);
  });
});
