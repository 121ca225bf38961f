import { describe, expect, it } from 'vitest';
import { createCheckPassword } from './check-password.ts';
import { readCommonPasswords } from './common-passwords.ts';

const checkPassword = createCheckPassword({ isCommonPassword: readCommonPasswords() });

/** What is wrong with it, or `good`. */
function judge(password: string, { username = 'l.chen', name = 'Dr. Lin Chen' } = {}): string {
  try {
    checkPassword({ password, username, name, path: '/newPassword' });
    return 'good';
  } catch (error) {
    const { code, details } = error as { code: string; details: { path: string; message: string }[] };
    expect([code, details.length, details[0]?.path]).toEqual(['VALIDATION_FAILED', 1, '/newPassword']);
    return details[0]!.message;
  }
}

describe('checkPassword', () => {
  it.each([
    'correct horse battery',
    'a much longer secret',
    'tomorrow we paint the shed',
    'Ünter den 3 Linden',
    'x7#kQ2!mZ9pL',
    '4839201756284',
    '雨が降っても散歩に行きますよ',
    `xxxx${'abcdefg'.repeat(17)}yzklm`,
  ])('when it is %s, takes it', (password) => {
    expect(judge(password)).toBe('good');
  });

  it.each([11, 129])('when it has %i characters, says how many it must have', (length) => {
    expect(judge('kq7#mZ2!pL9$'.repeat(11).slice(0, length))).toMatch(/^must have at (least 12|most 128) characters$/);
  });

  it.each([
    'qwertyuiop123',
    'Password1234',
    'P@ssw0rd1234',
    '!!password!!!',
    'PASSWORDPASSWORD',
    'passwordpassword1',
    'administrator',
    'ADMINISTRATOR',
    'ａｄｍｉｎｉｓｔｒａｔｏｒ',
    'justinbieber',
    '123456789012',
    '987654321098',
    'abcdefghijklm',
    'zyxwvutsrqpo',
    'aaaaaaaaaaaa',
    'abcabcabcabc',
    'ababababababa',
    'q1w2e3q1w2e3',
    '121212343434',
    'letmein-2026',
    '2026-Football',
  ])('when it is %s, calls it common', (password) => {
    expect(judge(password)).toMatch(/^is too common/);
  });

  it.each([
    ['l.chen-in-room-7', {}, 'must not contain the username'],
    ['my dog is L.CHEN', {}, 'must not contain the username'],
    ['the Chen we know', {}, 'must not contain the name'],
    ['lin likes books!', {}, 'must not contain the name'],
    ['blinking lights7', {}, 'good'],
    ['tom paints sheds', { username: 'tom', name: 'Tom Brandt' }, 'must not contain the username'],
    ['tomorrow we paint', { username: 'tom', name: 'Tom Brandt' }, 'good'],
    ['we paint brandts', { username: 'tom', name: 'Tom Brandt' }, 'must not contain the name'],
  ])('when it is "%s" of %o, answers %s', (password, person, expected) => {
    expect(judge(password, person)).toBe(expected);
  });
});
