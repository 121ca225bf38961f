import { describe, expect, it } from 'vitest';
import { measure } from './measures.ts';
import { someRecords } from './some-records.ts';

const records = someRecords;
const acked = (seq: number, invokedAt: number, at: number) => ({ client: 'a', chatRoomId: 'r', seq, invokedAt, at });

describe('measure', () => {
  it('when a message was acknowledged before a fault and seen after it, counts the time since its end', () => {
    const shown = new Map([
      ['a r', [{ seq: 1, at: 100 }]],
      ['b r', [{ seq: 1, at: 1700 }]],
    ]);
    const fault = { label: 'x', beganAt: 500, endedAt: 1000 };
    const { healMs, seenMs } = measure(records({ acked: [acked(1, 50, 90)], shown }), [fault]);
    expect(healMs).toEqual({ count: 2, min: 0, p50: 0, p99: 700, max: 700 });
    expect(seenMs?.max).toBe(1610);
  });

  it('when a message is never acknowledged or never seen, says that it did not heal', () => {
    const open = [{ client: 'a', chatRoomId: 'r', invokedAt: 50 }];
    const fault = { label: 'x', beganAt: 500, endedAt: 1000 };
    expect(measure(records({ open }), [fault])).toMatchObject({ healMs: null, neverHealed: 1 });
  });

  it('when a connection breaks, ends the resume only when what was acknowledged meanwhile is shown', () => {
    const shown = new Map([['b r', [{ seq: 2, at: 2500 }]]]);
    const breaks = [{ client: 'b', beganAt: 1000, endedAt: 2000 }];
    const { resumeMs } = measure(records({ acked: [acked(2, 1400, 1500)], shown, breaks }), []);
    expect(resumeMs?.max).toBe(1500);
  });

  it('when an owner dies, counts the longest wait of what met it, and nothing that was written much later', () => {
    const fault = { label: 'x', beganAt: 1000, endedAt: 1000 };
    const messages = [acked(1, 900, 3000), acked(2, 1500, 3100), acked(3, 60_000, 69_000)];
    expect(measure(records({ acked: messages }), [fault]).takeOverMs?.max).toBe(2000);
  });

  it('when a session was ended, says for how long something still came', () => {
    const endedAt = new Map([['a', 1000]]);
    const lastHeardAt = new Map([['a', 1400]]);
    expect(measure(records({ endedAt, lastHeardAt }), []).afterAccessEndMs).toEqual([400]);
  });
});
