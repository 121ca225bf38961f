import { limits } from '@hallway/contracts';
import { describe, expect, it } from 'vitest';
import { toCounter } from './content-room.ts';

const most = limits.contentLength;

describe('toCounter', () => {
  it('when more than 500 characters are left, says nothing', () => {
    expect(toCounter('x'.repeat(most - 501))).toBeNull();
  });

  it.each([
    [most - 500, '500 left', false],
    [most, '0 left', false],
    [most + 3, '3 too many', true],
  ])('when %i characters are there, says "%s"', (length, words, tooLong) => {
    expect(toCounter(`  ${'x'.repeat(length)}\n`)).toEqual({ words, tooLong });
  });
});
