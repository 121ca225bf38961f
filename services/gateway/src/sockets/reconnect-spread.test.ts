import { describe, expect, it } from 'vitest';
import { toReconnectSpreadMs } from './reconnect-spread.ts';

describe('toReconnectSpreadMs', () => {
  it('when few are here, is what clients take by themselves', () => {
    expect(toReconnectSpreadMs({ sockets: 0, perSecond: 200 })).toBe(500);
    expect(toReconnectSpreadMs({ sockets: 100, perSecond: 200 })).toBe(500);
  });

  it('when many are here, lets no more than the rate come back in a second', () => {
    expect(toReconnectSpreadMs({ sockets: 101, perSecond: 200 })).toBe(505);
    expect(toReconnectSpreadMs({ sockets: 2000, perSecond: 200 })).toBe(10_000);
    expect(toReconnectSpreadMs({ sockets: 1000, perSecond: 300 })).toBe(3333);
  });

  it('when more are here than half a minute takes, keeps nobody waiting longer', () => {
    expect(toReconnectSpreadMs({ sockets: 20_000, perSecond: 200 })).toBe(30_000);
  });
});
