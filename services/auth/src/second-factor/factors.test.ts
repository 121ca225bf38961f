import { describe, expect, it } from 'vitest';
import {
  addPasskey,
  type Factors,
  hasFactor,
  methodsOf,
  noFactors,
  removePasskey,
  type StoredPasskey,
  tryTotp,
  usePasskey,
  useRecoveryMark,
} from './factors.ts';

const now = new Date();
const passkey = (id: string, counter = 0): StoredPasskey => ({
  id,
  name: id,
  credentialId: `credential-${id}`,
  publicKey: '',
  counter,
  transports: [],
  backedUp: false,
  createdAt: now,
  lastUsedAt: null,
});
const totp = { sealedSecret: '', addedAt: now, lastStep: 1, wrongInARow: 3 };
const some = (change: Partial<Factors>): Factors => ({ ...noFactors, ...change });
const used = (counter: number) => ({ credentialId: 'credential-a', counter, backedUp: true, now });

describe('hasFactor', () => {
  it('when there are recovery codes or an unconfirmed secret alone, says no', () => {
    expect(hasFactor(some({ recoveryMarks: ['x'], pendingTotp: { sealedSecret: '', madeAt: now } }))).toBe(false);
    expect(hasFactor(some({ totp }))).toBe(true);
    expect(hasFactor(some({ passkeys: [passkey('a')] }))).toBe(true);
  });
});

describe('methodsOf', () => {
  it('when there is everything, lists it; what is not there is left out', () => {
    const all = some({ totp, passkeys: [passkey('a')], recoveryMarks: ['x'] });
    expect(methodsOf(all)).toEqual(['totp', 'passkey', 'recovery-code']);
    expect(methodsOf(noFactors)).toEqual([]);
  });
});

describe('removePasskey', () => {
  it('when it was the last factor, takes the recovery codes along; otherwise they stay', () => {
    const one = some({ passkeys: [passkey('a')], recoveryMarks: ['x'] });
    expect(removePasskey(one, 'a')).toEqual(noFactors);
    expect(removePasskey({ ...one, totp }, 'a')?.recoveryMarks).toEqual(['x']);
    expect(removePasskey(one, 'b')).toBeNull();
  });
});

describe('addPasskey', () => {
  it('when it is there already or there are ten, refuses', () => {
    const ten = some({ passkeys: Array.from({ length: 10 }, (_, index) => passkey(`p${index}`)) });
    expect(addPasskey(ten, passkey('more'))).toBeNull();
    const one = some({ passkeys: [passkey('a')] });
    expect(addPasskey(one, passkey('a'))).toBeNull();
    expect(addPasskey(one, passkey('b'))?.passkeys).toHaveLength(2);
  });
});

describe('usePasskey', () => {
  it.each([
    [0, 0, true],
    [0, 1, true],
    [5, 6, true],
    [5, 5, false],
    [5, 4, false],
    [5, 0, false],
  ])('when the stored count is %i and the shown one %i, accepts: %s', (stored, shown, accepts) => {
    const after = usePasskey(some({ passkeys: [passkey('a', stored)] }), used(shown));
    expect(after !== null).toBe(accepts);
    if (after) expect(after.passkeys[0]).toMatchObject({ counter: shown, lastUsedAt: now, backedUp: true });
  });

  it('when it was removed, refuses', () => {
    expect(usePasskey(noFactors, used(1))).toBeNull();
  });
});

describe('useRecoveryMark', () => {
  it('when one of the marks is left, takes it away; otherwise refuses', () => {
    const two = some({ totp, recoveryMarks: ['x', 'y'] });
    expect(useRecoveryMark(two, ['of another key', 'y'])?.recoveryMarks).toEqual(['x']);
    expect(useRecoveryMark(two, ['z'])).toBeNull();
    expect(useRecoveryMark(two, [])).toBeNull();
  });
});

describe('tryTotp', () => {
  it('when a code is wrong, counts it; when one is right, or something else is shown, begins to count anew', () => {
    const before = some({ totp, recoveryMarks: ['x'], passkeys: [passkey('a')] });
    expect(tryTotp(before, totp, null).totp).toEqual({ ...totp, wrongInARow: 4 });
    expect(tryTotp(before, totp, 7).totp).toEqual({ ...totp, lastStep: 7, wrongInARow: 0 });
    expect(useRecoveryMark(before, ['x'])?.totp?.wrongInARow).toBe(0);
    expect(usePasskey(before, used(1))?.totp?.wrongInARow).toBe(0);
  });
});
