import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBalance } from './rebalance.ts';

describe('toBalance', () => {
  it('when a gateway is new, sends away from the others what is above the mean', () => {
    expect(toBalance([150, 150, 0])).toEqual({ gateways: 3, sockets: 300, mean: 100, leaving: 100 });
  });

  it('when all have about the same, sends nobody away', () => {
    expect(toBalance([100, 115, 90])).toMatchObject({ leaving: 0 });
  });

  it('when there is one gateway, or nobody, sends nobody away', () => {
    expect(toBalance([7])).toEqual({ gateways: 1, sockets: 7, mean: 7, leaving: 0 });
    expect(toBalance([0, 0])).toEqual({ gateways: 2, sockets: 0, mean: 0, leaving: 0 });
  });

  it('for any numbers, the others have room below the mean for all who leave', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20_000), { minLength: 1, maxLength: 40 }), (counts) => {
        const { mean, leaving } = toBalance(counts);
        const room = counts.reduce((sum, count) => sum + Math.max(0, mean - count), 0);
        expect(leaving).toBeLessThanOrEqual(room);
      }),
    );
  });
});
