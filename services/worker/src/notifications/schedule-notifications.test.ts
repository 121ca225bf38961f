import { describe, expect, it } from 'vitest';
import { createScheduleNotifications } from './schedule-notifications.ts';

const now = Date.parse('2026-01-01T10:00:00.000Z');

function setUp(online: string[] = []) {
  const delays = new Map<string, number>();
  let lookUps = 0;
  const schedule = createScheduleNotifications({
    presence: {
      onlineAmong: async (userIds) => {
        lookUps += 1;
        return new Set(userIds.filter((id) => online.includes(id)));
      },
    },
    jobs: { add: async (_name, _data, { jobId, delayMs }) => void delays.set(jobId, delayMs) },
    notifyAfterMs: 30_000,
    now: () => now,
  });
  const candidate = (userId: string, ageMs: number) => ({
    userId,
    chatRoomId: 'room',
    fromSeq: 1,
    sentAt: new Date(now - ageMs),
  });
  return { schedule, delays, candidate, lookUps: () => lookUps };
}

describe('scheduleNotifications', () => {
  it('when messages are of different age, counts the delay from each and never beyond its bounds', async () => {
    const { schedule, delays, candidate } = setUp();
    await schedule([
      candidate('new', 0),
      candidate('older', 10_000),
      candidate('old', 90_000),
      candidate('ahead', -5000),
    ]);
    expect([...delays.values()]).toEqual([30_000, 20_000, 0, 30_000]);
  });

  it('when some are online, plans for the others alone, with one look-up', async () => {
    const { schedule, delays, candidate, lookUps } = setUp(['here']);
    await schedule([candidate('here', 0), candidate('away', 0)]);
    expect([...delays.keys()]).toEqual(['notify-room-away']);
    expect(lookUps()).toBe(1);
  });
});
