import { createLog } from '@hallway/platform';
import mongoose, { type Connection } from 'mongoose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPasswords } from '../src/accounts/passwords.ts';
import { createMakeDemoCampus } from '../src/campus/make-demo-campus.ts';
import { ensureIndexes } from '../src/database-indexes.ts';
import { freshEnvironment } from './auth-fixture.ts';

const log = createLog({ service: 'auth', instance: 'test', level: 'silent' });
const passwords = createPasswords({ memoryKib: 8192, passes: 1 });

let connection: Connection;
beforeEach(async () => {
  connection = await mongoose.createConnection(freshEnvironment().MONGODB_URI!).asPromise();
  await ensureIndexes(connection);
});
afterEach(async () => {
  await connection.dropDatabase();
  await connection.close();
});

const make = () => createMakeDemoCampus({ connection, passwords, log })();

async function counts() {
  const names = ['users', 'courses', 'enrolments', 'guardianships'];
  return Promise.all(names.map((name) => connection.collection(name).countDocuments()));
}

const complete = [11, 2, 11, 2];

describe('makeDemoCampus', () => {
  it('when the database is empty, makes accounts, courses, enrolments and families', async () => {
    expect(await make()).toBe(true);
    expect(await counts()).toEqual(complete);
  });

  it('when it was made before, changes nothing, not even what was deleted since', async () => {
    await make();
    await connection.collection('users').deleteOne({ usernameKey: 'tom' });
    expect(await make()).toBe(false);
    expect(await counts()).toEqual([10, 2, 11, 2]);
  });

  it('when four processes start at once, makes one campus', async () => {
    await Promise.all([make(), make(), make(), make()]);
    expect(await counts()).toEqual(complete);
  });

  it('when somebody has an account already, makes nothing', async () => {
    await connection
      .collection('users')
      .insertOne({ username: 'real', usernameKey: 'real', name: 'Real', nameKey: 'real' });
    expect(await make()).toBe(false);
    expect(await counts()).toEqual([1, 0, 0, 0]);
  });

  it.each([0, 1, 5, 11])(
    'when a process died after %i accounts, completes the campus at the next start',
    async (after) => {
      const dying = { ...passwords, hash: failAfter(after) };
      const attempt = createMakeDemoCampus({ connection, passwords: dying, log })();
      if (after < 11) await expect(attempt).rejects.toThrow('died');
      else await attempt;
      expect((await counts())[0]).toBe(after);
      await make();
      expect(await counts()).toEqual(complete);
    },
  );
});

function failAfter(hashes: number) {
  let left = hashes;
  return async (password: string) => {
    if (left === 0) throw new Error('died');
    left -= 1;
    return passwords.hash(password);
  };
}
