import { describe, expect, it } from 'vitest';
import { counted, toHue, toInitials, toPill, toShortName, toTies } from './people.ts';

describe('toShortName', () => {
  it.each([
    ['Sarah Ali', 'Sarah'],
    ['Dr. Lin Chen', 'Dr. Lin Chen'],
    ['Prof', 'Prof'],
    ['Cher', 'Cher'],
  ])('when the name is "%s", answers "%s"', (name, short) => {
    expect(toShortName(name)).toBe(short);
  });
});

describe('toInitials', () => {
  it.each([
    ['Sarah Ali', 'SA'],
    ['Dr. Lin Chen', 'LC'],
    ['Maria de la Cruz', 'MC'],
    ['محمد علي', 'مع'],
    ['𝒜lice', '𝒜'],
    ['', '?'],
  ])('when the name is "%s", answers "%s"', (name, initials) => {
    expect(toInitials(name)).toBe(initials);
  });
});

describe('toHue', () => {
  it('when ids follow one another, spreads them over the circle', () => {
    const ids = Array.from({ length: 24 }, (_, i) => `65f0a1b2c3d4e5f6a7b8c9${i.toString(16).padStart(2, '0')}`);
    const hues = new Set(ids.map((id) => Math.floor(toHue(id) / 30)));
    expect(hues.size).toBeGreaterThanOrEqual(8);
  });
});

describe('toTies', () => {
  it('when a tie only repeats the role, leaves it out', () => {
    expect(toTies({ role: 'admin', via: ['Administration'] })).toBe('');
    expect(toTies({ role: 'student', via: ['CS101', 'MATH201'] })).toBe('CS101 · MATH201');
  });
});

describe('toPill and counted', () => {
  it('when there are more than 99, the pill says 99+', () => {
    expect([toPill(1), toPill(99), toPill(100)]).toEqual(['1', '99', '99+']);
  });

  it('when there is one, the noun is singular', () => {
    expect([counted(1, 'student'), counted(0, 'student'), counted(2, 'child', 'children')]).toEqual([
      '1 student',
      '0 students',
      '2 children',
    ]);
  });
});
