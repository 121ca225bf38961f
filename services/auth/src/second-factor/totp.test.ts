import { generateSync } from 'otplib';
import { describe, expect, it } from 'vitest';
import { findTotpStep, makeTotpSecret, toTotpUri } from './totp.ts';

const secret = makeTotpSecret();
const now = new Date('2026-03-01T10:00:15.000Z');
const step = Math.floor(now.getTime() / 30_000);
const codeAt = (shiftSeconds: number) => generateSync({ secret, epoch: now.getTime() / 1000 + shiftSeconds });
const find = (code: string, lastStep: number | null = null) => findTotpStep({ secret, code, lastStep, now });

describe('findTotpStep', () => {
  it.each([
    [0, step],
    [30, step + 1],
    [-30, step - 1],
    [60, null],
    [-60, null],
    [3600, null],
  ])('when the code is of %s seconds from now, answers %s', (shift, expected) => {
    expect(find(codeAt(shift))).toBe(expected);
  });

  it('when a step was accepted, accepts neither it nor those before it again', () => {
    expect(find(codeAt(0), step)).toBeNull();
    expect(find(codeAt(-30), step)).toBeNull();
    expect(find(codeAt(30), step)).toBe(step + 1);
    expect(find(codeAt(0), step - 1)).toBe(step);
  });

  it('when the clock was set back behind an accepted step, refuses instead of failing', () => {
    expect(find(codeAt(0), step + 1)).toBeNull();
    expect(find(codeAt(0), step + 1000)).toBeNull();
  });

  it('when the code is written in groups, reads it; when it is no six digits, refuses it', () => {
    const code = codeAt(0);
    expect(find(` ${code.slice(0, 3)} ${code.slice(3)} `)).toBe(step);
    for (const wrong of ['', '12345', `${code}0`, 'abcdef', '１２３４５６']) expect(find(wrong)).toBeNull();
  });

  it('when the RFC gives an answer, agrees with it', () => {
    // RFC 6238, appendix B: SHA-1 at 1111111109 seconds, the last six digits of 07081804.
    const ofRfc = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    const at = new Date(1_111_111_109_000);
    expect(findTotpStep({ secret: ofRfc, code: '081804', lastStep: null, now: at })).toBe(37_037_036);
  });
});

describe('toTotpUri', () => {
  it('when a username has signs of its own, keeps them apart from the address', () => {
    const uri = new URL(toTotpUri(secret, 'a+b@school?x=1&y'));
    expect(decodeURIComponent(uri.pathname)).toBe('/Hallway:a+b@school?x=1&y');
    expect(uri.searchParams.get('issuer')).toBe('Hallway');
  });
});
