import { describe, expect, it } from 'vitest';
import { findMisspeltVariables } from './misspelt-variables.ts';

const names = ['HOST', 'REDIS_URL', 'INTERNAL_PORT', 'SEND_BURST', 'EVENT_BURST'];

describe('findMisspeltVariables', () => {
  it.each([
    ['INTERNAL_PROT', 'INTERNAL_PORT'],
    ['INTERNALPORT', 'INTERNAL_PORT'],
    ['REDIS_URLS', 'REDIS_URL'],
    ['REDIS_URL_FIEL', 'REDIS_URL_FILE'],
    ['internal_PORT', null],
    ['HOME', null],
    ['REDIS_PORT', null],
    ['SOMETHING_ELSE', null],
    ['SEND_BURST', null],
    ['REDIS_URL_FILE', null],
    ['PORT_FILE', null],
  ])('when %s is set, suggests %s', (set, meant) => {
    const found = findMisspeltVariables(names, { [set]: 'x' });
    expect(found).toEqual(meant === null ? [] : [`${set} is set, and is no variable of Hallway: is ${meant} meant?`]);
  });

  it('when the variable is empty, stays silent: empty counts as absent', () => {
    expect(findMisspeltVariables(names, { INTERNAL_PROT: '' })).toEqual([]);
  });
});
