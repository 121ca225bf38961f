import { describe, expect, it } from 'vitest';
import { settleOrder } from './settle-order.ts';

describe('settleOrder', () => {
  it('when nobody points at the list, takes the wanted order', () => {
    expect(settleOrder(['a', 'b'], ['b', 'a'], false)).toEqual(['b', 'a']);
  });

  it('when somebody points at it, moves nothing', () => {
    expect(settleOrder(['a', 'b', 'c'], ['c', 'a', 'b'], true)).toEqual(['a', 'b', 'c']);
  });

  it('when somebody points at it, adds what is new at the end and drops what is gone', () => {
    expect(settleOrder(['a', 'b', 'c'], ['n', 'c', 'a'], true)).toEqual(['a', 'c', 'n']);
  });
});
