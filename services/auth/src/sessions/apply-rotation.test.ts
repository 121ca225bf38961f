import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyRotation, type SessionTokens } from './apply-rotation.ts';

const graceMs = 10_000;
const start = Date.parse('2026-01-01T00:00:00.000Z');

function use(tokens: SessionTokens, presented: string, { fresh = `${presented}'`, afterMs = 0 } = {}) {
  return applyRotation({ tokens, presented, fresh, now: new Date(start + afterMs), graceMs });
}

function tokensOf(rotation: ReturnType<typeof applyRotation>): SessionTokens {
  if (rotation.outcome !== 'rotated') throw new Error('it was reused');
  return rotation.tokens;
}

const first: SessionTokens = { current: ['a'], spent: [] };

describe('applyRotation', () => {
  it('when the current token is used, hands out the fresh one alone', () => {
    expect(use(first, 'a', { fresh: 'b' })).toEqual({
      outcome: 'rotated',
      tokens: { current: ['b'], spent: [{ hash: 'a', at: new Date(start) }] },
    });
  });

  it('when a used token comes within the grace, hands out a sibling that works too', () => {
    const once = tokensOf(use(first, 'a', { fresh: 'b' }));
    const twice = tokensOf(use(once, 'a', { fresh: 'c', afterMs: graceMs }));
    expect(twice.current).toEqual(['b', 'c']);
    expect(tokensOf(use(twice, 'c', { fresh: 'd', afterMs: graceMs })).current).toEqual(['d']);
  });

  it('when a used token comes after the grace, says so', () => {
    const once = tokensOf(use(first, 'a', { fresh: 'b' }));
    expect(use(once, 'a', { afterMs: graceMs + 1 })).toEqual({ outcome: 'reused' });
  });

  it('when one of two siblings went on, the other is found out after the grace', () => {
    const siblings = tokensOf(use(tokensOf(use(first, 'a', { fresh: 'b' })), 'a', { fresh: 'c' }));
    const later = tokensOf(use(siblings, 'b', { fresh: 'd', afterMs: 60_000 }));
    expect(use(later, 'c', { afterMs: 65_000 }).outcome).toBe('rotated');
    expect(use(later, 'c', { afterMs: 80_000 }).outcome).toBe('reused');
  });

  it('when one client refreshes at any times, it is never signed out, and what is kept stays bounded', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 300 }), (pauses) => {
        let tokens = first;
        let token = 'a';
        let afterMs = 0;
        for (const [index, pause] of pauses.entries()) {
          afterMs += pause;
          tokens = tokensOf(use(tokens, token, { fresh: `t${index}`, afterMs }));
          token = `t${index}`;
          expect(tokens.current).toEqual([token]);
          expect(tokens.spent.length).toBeLessThanOrEqual(100);
        }
      }),
    );
  });

  it('when many tabs use one token within the grace, each gets one that works at once, within bounds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), (tabs) => {
        let tokens = tokensOf(use(first, 'a', { fresh: 't0' }));
        for (let tab = 1; tab < tabs; tab += 1) tokens = tokensOf(use(tokens, 'a', { fresh: `t${tab}`, afterMs: tab }));
        expect(tokens.current.length).toBeLessThanOrEqual(20);
        for (let tab = 0; tab < tabs; tab += 1) {
          expect(use(tokens, `t${tab}`, { afterMs: tabs }).outcome).toBe('rotated');
        }
      }),
    );
  });

  it('when any token that was used is used again long after, it is found out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.nat(), (rotations, pick) => {
        let tokens = first;
        const used = ['a'];
        for (let index = 0; index < rotations; index += 1) {
          tokens = tokensOf(use(tokens, used.at(-1) as string, { fresh: `t${index}`, afterMs: index * 1000 }));
          used.push(`t${index}`);
        }
        used.pop();
        const token = used[pick % used.length] as string;
        expect(use(tokens, token, { afterMs: rotations * 1000 + graceMs + 1 }).outcome).toBe('reused');
      }),
    );
  });
});
