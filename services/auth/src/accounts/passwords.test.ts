import { describe, expect, it } from 'vitest';
import { createPasswords } from './passwords.ts';

const passwords = createPasswords({ memoryKib: 8192, passes: 1 });

describe('passwords', () => {
  it('when hashed, are found right and everything else wrong', async () => {
    const hash = await passwords.hash('correct horse');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=8192,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await passwords.verify('correct horse', hash)).toBe(true);
    expect(await passwords.verify('Correct horse', hash)).toBe(false);
    expect(await passwords.verify('', hash)).toBe(false);
    expect(await passwords.verify('correct horse', null)).toBe(false);
    expect(await passwords.verify('', '')).toBe(false);
  });

  it('when hashed twice, give two hashes', async () => {
    expect(await passwords.hash('same')).not.toBe(await passwords.hash('same'));
  });

  it('when typed composed or decomposed, are the same', async () => {
    expect(await passwords.verify('cafe\u0301 au lait', await passwords.hash('caf\u00e9 au lait'))).toBe(true);
  });

  it('when made with less than today, stay right and are outdated; when with more, stay', async () => {
    const dearer = createPasswords({ memoryKib: 16_384, passes: 2 });
    const hash = await passwords.hash('secret');
    expect(await dearer.verify('secret', hash)).toBe(true);
    expect(dearer.isOutdated(hash)).toBe(true);
    expect(passwords.isOutdated(hash)).toBe(false);
    expect(passwords.isOutdated(await dearer.hash('secret'))).toBe(false);
  });

  it('when a hash of another tool with the same form comes, reads it', async () => {
    // A test vector of argon2's reference implementation.
    const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await passwords.verify('password', hash)).toBe(true);
    expect(await passwords.verify('passwort', hash)).toBe(false);
  });

  it('when a stored hash is malformed, throws without showing it', async () => {
    await expect(passwords.verify('x', 'plain-text')).rejects.toThrow('a stored password hash is malformed');
  });
});
