import { describe, expect, it } from 'vitest';
import { createTypingThrottle } from './typing-throttle.ts';

describe('createTypingThrottle', () => {
  it('when a person goes on typing in a room, lets one signal a second through', () => {
    let time = 0;
    const mayRelay = createTypingThrottle({ now: () => time });
    expect(mayRelay('ann', 'r1')).toBe(true);
    time = 999;
    expect(mayRelay('ann', 'r1')).toBe(false);
    time = 1000;
    expect(mayRelay('ann', 'r1')).toBe(true);
  });

  it('when others type or in other rooms, does not hold them back', () => {
    const mayRelay = createTypingThrottle({ now: () => 0 });
    expect([mayRelay('ann', 'r1'), mayRelay('bob', 'r1'), mayRelay('ann', 'r2')]).toEqual([true, true, true]);
  });
});
