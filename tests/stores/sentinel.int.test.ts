import { type OwnSentinels, startOwnSentinels } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meet, sendAcross } from './play-through.ts';
import { startWholeSystem, type WholeSystem } from './whole-system.ts';

let sentinels: OwnSentinels;
let system: WholeSystem;

beforeAll(async () => {
  sentinels = await startOwnSentinels();
  system = await startWholeSystem({ redisUrl: () => sentinels.url });
});
afterAll(async () => {
  await system?.stop();
  await sentinels?.remove();
});

describe('Hallway behind sentinels', () => {
  it('when the primary dies, goes on with the replica and numbers on without a gap', async () => {
    const meeting = await meet(system);
    const before = await sendAcross(meeting);
    await sentinels.primary.kill();
    expect(await sendAcross(meeting, 40_000)).toBe(before + 1);
    meeting.johns.close();
    meeting.sarahs.close();
  }, 90_000);
});
