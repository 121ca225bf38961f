import type { SessionEnded } from '@hallway/contracts';
import { createLog } from '@hallway/platform';
import { eventually } from '@hallway/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { createEndingsAnnouncer } from './announce-endings.ts';

const log = createLog({ service: 'auth', instance: 'test', level: 'silent' });

function ending(sessionId: string): SessionEnded {
  return { userId: 'u', sessionId, reason: 'signed-out', endedAt: new Date().toISOString() };
}

function setUp() {
  const state = { reachable: true, failing: false, announced: [] as string[], stored: [] as SessionEnded[] };
  const announcer = createEndingsAnnouncer({
    announce: async ({ sessionId }) => {
      if (state.failing) throw new Error('Redis refused');
      state.announced.push(String(sessionId));
    },
    listEndings: async () => state.stored,
    isReachable: () => state.reachable,
    log,
  });
  stop = announcer.stop;
  return { state, announcer };
}

let stop: () => Promise<void> = async () => undefined;
afterEach(() => stop());

describe('announceEnding', () => {
  it('when Redis can be reached, announces at once', async () => {
    const { state, announcer } = setUp();
    await announcer.announceEnding(ending('one'));
    expect(state.announced).toEqual(['one']);
  });

  it.each(['reachable', 'failing'] as const)(
    'when it fails because of %s, announces again from the database',
    async (cause) => {
      const { state, announcer } = setUp();
      state[cause] = cause === 'failing';
      state.stored.push(ending('one'));
      await announcer.announceEnding(ending('one'));
      expect(state.announced).toEqual([]);
      announcer.start();
      state[cause] = cause !== 'failing';
      await eventually(() => expect(state.announced).toContain('one'));
    },
  );

  it('when the process starts, announces what its predecessor may have left', async () => {
    const { state, announcer } = setUp();
    state.stored.push(ending('left'));
    announcer.start();
    await eventually(() => expect(state.announced).toContain('left'));
  });
});
