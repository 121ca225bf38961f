import { describe, expect, it } from 'vitest';
import { toDayHeading, toGreeting, toListTime } from './times.ts';

const now = new Date(2025, 2, 12, 15, 0);
const at = (...parts: [number, number, number, number, number]) => new Date(...parts).toISOString();

describe('toListTime', () => {
  it.each([
    ['today, the clock', at(2025, 2, 12, 14, 32), '14:32'],
    ['just after midnight, the clock', at(2025, 2, 12, 0, 1), '00:01'],
    ['ahead of the reader, the clock', at(2025, 2, 13, 0, 1), '00:01'],
    ['last evening, the weekday', at(2025, 2, 11, 23, 59), 'Tue'],
    ['six days ago, the weekday', at(2025, 2, 6, 12, 0), 'Thu'],
    ['seven days ago, the date', at(2025, 2, 5, 12, 0), '5 Mar'],
    ['another year, the date with it', at(2024, 11, 31, 12, 0), '31 Dec 2024'],
  ])('when the message is from %s, answers it', (_when, iso, shown) => {
    expect(toListTime(iso, now)).toBe(shown);
  });
});

describe('toDayHeading', () => {
  it.each([
    [at(2025, 2, 12, 1, 0), 'Today'],
    [at(2025, 2, 11, 23, 0), 'Yesterday'],
    [at(2025, 2, 4, 12, 0), 'Tuesday 4 March'],
    [at(2024, 2, 12, 12, 0), 'Tuesday 12 March 2024'],
  ])('when the day is that of %s, answers %s', (iso, heading) => {
    expect(toDayHeading(iso, now)).toBe(heading);
  });
});

describe('toGreeting', () => {
  it.each([
    [3, 'Good evening'],
    [5, 'Good morning'],
    [12, 'Good afternoon'],
    [18, 'Good evening'],
  ])('when it is %i o’clock, answers "%s"', (hour, greeting) => {
    expect(toGreeting(new Date(2025, 2, 12, hour))).toBe(greeting);
  });
});
