import { describe, expect, it } from 'vitest';
import { toConnectionWords } from './connection-words.ts';

describe('toConnectionWords', () => {
  it.each(['online', 'idle'] as const)('when the connection is %s, says nothing', (status) => {
    expect(toConnectionWords({ status }, 0)).toBeNull();
  });

  it('when there is a time to wait, counts it down', () => {
    const state = { status: 'reconnecting', inMs: 4000 } as const;
    expect(toConnectionWords(state, 4)).toBe('Connection lost. Trying again in 4 s. Your messages are kept.');
    expect(toConnectionWords(state, 0)).toBe('Reconnecting… Your messages are kept.');
  });

  it('when offline, promises that messages go out later', () => {
    expect(toConnectionWords({ status: 'offline' }, 0)).toMatch(/^Offline\. Your messages will go out/);
  });
});
