import { AppError } from '@hallway/platform';
import type { CheckPassword } from '../accounts/check-password.ts';
import { readCsvRows } from './csv-rows.ts';
import { slicesOf } from './in-batches.ts';
import type { RosterFaults } from './roster-faults.ts';
import type { RosterFiles } from './roster-files.ts';
import type { RosterRecords, RosterUserRecord } from './roster-records.ts';

export interface SetFirstPasswordsDeps {
  records: RosterRecords;
  checkPassword: CheckPassword;
  hash: (password: string) => Promise<string>;
}

/** Hashes at the same time: Node's pool has four threads, and the machine has other work. */
const hashesAtOnce = 2;
const rowsAtOnce = 50;

/**
 * Gives accounts that have no password the one in their row of users.csv. A password that somebody has is never replaced, so
 * that the work is done once, and a run that was killed continues where it stopped. It is the last step of an import: at some
 * thirty hashes a second and core, 50,000 of them take a quarter of an hour, in which everything else is there already.
 * A password that would be refused on the password page is refused here too, and noted without its text. Answers how many.
 */
export function createSetFirstPasswords({ records: { users }, checkPassword, hash }: SetFirstPasswordsDeps) {
  async function setOne(user: RosterUserRecord, password: string, faults: RosterFaults): Promise<boolean> {
    const { username, name } = user;
    try {
      checkPassword({ password, username, name, path: '/password' });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      faults.note('A password in users.csv is too weak or too long: the account has none yet', user.sourcedId);
      return false;
    }
    const passwordHash = await hash(password);
    const { modifiedCount } = await users.updateOne({ _id: user._id, passwordHash: '' }, { $set: { passwordHash } });
    return modifiedCount === 1;
  }

  async function setThose(passwords: Map<string, string>, faults: RosterFaults): Promise<number> {
    const without = { sourcedId: { $in: [...passwords.keys()] }, passwordHash: '', active: true };
    let count = 0;
    for (const slice of slicesOf(await users.find(without).toArray(), hashesAtOnce)) {
      const set = await Promise.all(
        slice.map((user) => setOne(user, passwords.get(user.sourcedId ?? '') ?? '', faults)),
      );
      count += set.filter(Boolean).length;
    }
    return count;
  }

  return async function setFirstPasswords(
    files: RosterFiles,
    { faults, onProgress }: { faults: RosterFaults; onProgress: (done: number) => void },
  ): Promise<number> {
    let passwords = new Map<string, string>();
    let count = 0;
    const flush = async () => {
      count += passwords.size > 0 ? await setThose(passwords, faults) : 0;
      passwords = new Map();
      onProgress(count);
    };
    for await (const { values } of readCsvRows({ files, name: 'users', required: ['sourcedId'], faults })) {
      const password = values.password ?? '';
      const isGone = values.status?.trim().toLowerCase() === 'tobedeleted';
      if (password === '' || isGone) continue;
      passwords.set((values.sourcedId ?? '').trim(), password);
      if (passwords.size >= rowsAtOnce) await flush();
    }
    await flush();
    return count;
  };
}

export type SetFirstPasswords = ReturnType<typeof createSetFirstPasswords>;
