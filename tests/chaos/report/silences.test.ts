import { describe, expect, it } from 'vitest';
import { silencesOf } from './silences.ts';

const acked = [100, 200, 1500, 1600, 9000].map((at) => ({ client: 'a', chatRoomId: 'r', seq: 1, invokedAt: at, at }));
const fault = (beganAt: number, endedAt: number) => ({ label: 'x', beganAt, endedAt });

describe('silencesOf', () => {
  it('when nothing is acknowledged during a fault, tells for how long, until the first acknowledgement after it', () => {
    expect(silencesOf({ acked }, [fault(250, 1000)])).toEqual([1300]);
  });

  it('when a fault meets no silence, or none that ended, tells the ordinary pause or nothing', () => {
    expect(silencesOf({ acked }, [fault(1520, 1530), fault(9500, 9600)])).toEqual([100]);
  });
});
