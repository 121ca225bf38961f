import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDeadlines } from './deadlines.ts';

describe('createDeadlines', () => {
  it('when a deadline has come, gives its key once', () => {
    const deadlines = createDeadlines<string>();
    deadlines.set('a', 5000);
    expect(deadlines.takeDue(4999)).toEqual([]);
    expect(deadlines.takeDue(5000)).toEqual(['a']);
    expect(deadlines.takeDue(6000)).toEqual([]);
  });

  it('when a deadline is moved or taken away, forgets the first one', () => {
    const deadlines = createDeadlines<string>();
    deadlines.set('moved', 1000);
    deadlines.set('moved', 9000);
    deadlines.set('gone', 1000);
    deadlines.remove('gone');
    expect(deadlines.takeDue(8000)).toEqual([]);
    expect(deadlines.takeDue(9000)).toEqual(['moved']);
    expect(deadlines.size()).toBe(0);
  });

  it('when a deadline lies in the past, gives its key with the next second', () => {
    const deadlines = createDeadlines<string>();
    deadlines.takeDue(20_000);
    deadlines.set('late', 3000);
    expect(deadlines.takeDue(21_000)).toEqual(['late']);
  });

  it('whatever is set, gives everything with the first second at or after its time, and nothing before', () => {
    const setting = fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: 60_000 }));
    fc.assert(
      fc.property(fc.array(setting, { maxLength: 50 }), (settings) => {
        const deadlines = createDeadlines<number>();
        for (const [key, at] of settings) deadlines.set(key, at);
        const wanted = new Map(settings);
        for (let now = 0; now <= 62_000; now += 1000) {
          const due = [...wanted].filter(([, at]) => at <= now).map(([key]) => key);
          expect(deadlines.takeDue(now).toSorted()).toEqual(due.toSorted());
          for (const key of due) wanted.delete(key);
        }
      }),
    );
  });
});
