import { describe, expect, it } from 'vitest';
import { nextPair } from './next-pair.ts';
import { resolveGateways } from './resolve-gateways.ts';

describe('nextPair', () => {
  it.each([1, 2, 6])('when there are %i gateways, takes each pair once in a round', (gateways) => {
    const pairs = Array.from({ length: gateways ** 2 }, (_, turn) => JSON.stringify(nextPair(turn, gateways)));
    expect(new Set(pairs).size).toBe(gateways ** 2);
    expect(nextPair(gateways ** 2, gateways)).toEqual({ from: 0, to: 0 });
  });

  it('when there is no gateway, takes none', () => {
    expect(nextPair(7, 0)).toBeNull();
  });
});

describe('resolveGateways', () => {
  it('when names are to be resolved, stands for each address of each, in one order, and no more than six', async () => {
    const lookUp = async () => Array.from({ length: 9 }, (_, index) => `10.0.0.${9 - index}`);
    const found = await resolveGateways({ addresses: ['http://gateways:3011'], resolve: true, lookUp });
    expect(found).toEqual([1, 2, 3, 4, 5, 6].map((last) => `http://10.0.0.${last}:3011`));
  });

  it('when they are not, keeps the addresses as they stand', async () => {
    const addresses = ['http://localhost:3012', 'http://localhost:3011'];
    expect(await resolveGateways({ addresses, resolve: false })).toEqual(addresses);
  });
});
