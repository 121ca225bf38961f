import { HallwayError } from '@hallway/client';
import { type ErrorCode, toErrorBody } from '@hallway/contracts';
import { describe, expect, it } from 'vitest';
import { PasskeyRefused } from './browser-passkeys.ts';
import { newPasskeyWords, passkeySignInWords, removalWords, secondStepWords, toTrouble } from './security-words.ts';

const fault = (code: ErrorCode, message?: string) => toErrorBody({ code, requestId: 'r-1', message });

describe('toTrouble', () => {
  it('when the server refused, has its request id; when the browser did, there is none to tell', () => {
    const refused = fault('INVALID_CREDENTIALS');
    expect(toTrouble(new HallwayError(refused), secondStepWords)).toEqual({
      words: secondStepWords(refused),
      fault: refused,
    });
    expect(toTrouble(new PasskeyRefused('No passkey was used.'), secondStepWords)).toEqual({
      words: 'No passkey was used.',
      fault: null,
    });
  });
});

describe('the words', () => {
  it('when an answer was wrong, say what to do, by what was tried', () => {
    const wrong = fault('INVALID_CREDENTIALS');
    expect(secondStepWords(wrong)).toContain('wait for the next one');
    expect(passkeySignInWords(wrong)).toContain('username and password');
    expect(secondStepWords(fault('UNAUTHENTICATED'))).toContain('sign in again');
    expect(newPasskeyWords(fault('VALIDATION_FAILED'))).toContain('passkey');
  });

  it('when a role needs the last factor, are those of the server', () => {
    expect(removalWords(fault('CONFLICT', 'Your role needs one.'))).toBe('Your role needs one.');
    expect(removalWords(fault('INTERNAL'))).toContain('Removing that');
  });
});
