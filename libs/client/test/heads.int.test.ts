import { describe, it } from 'vitest';
import { startCampus, until } from './campus-fixture.ts';

describe('heads', () => {
  it('when the last live message is lost, finds it by comparing within 25 s', { timeout: 40_000 }, async () => {
    const { signIn, server, roomId, sarah } = await startCampus();
    const timeline = (await signIn('john')).openTimeline(roomId);
    await until(() => timeline.getSnapshot().status === 'ready');
    server.faults.dropLive = () => true;
    server.write(sarah.id, roomId, 'lost on its way');
    await until(() => timeline.getSnapshot().messages.length === 1, 25_000);
  });
});
