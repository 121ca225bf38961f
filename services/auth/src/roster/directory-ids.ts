import mongoose from 'mongoose';
import type { Staging } from './open-staging.ts';

/**
 * Hallway's ids of what the roster names, by the roster's ids. Something new gets its id when it is first asked for, so that
 * the difference can name things that are not written yet, and the import writes them under that id.
 */
export function createDirectoryIds(staging: Staging) {
  return { terms: createIds(), courses: createIds(), sections: createIds(), people: createPersonIds(staging) };
}

export type DirectoryIds = ReturnType<typeof createDirectoryIds>;

function createIds() {
  const ids = new Map<string, string>();
  return {
    learn: (sourcedId: string, id: string) => void ids.set(sourcedId, id),
    of(sourcedId: string): string {
      const known = ids.get(sourcedId);
      if (known !== undefined) return known;
      const made = new mongoose.Types.ObjectId().toHexString();
      ids.set(sourcedId, made);
      return made;
    },
    /** For those who only read: a map of all ids that are known. */
    asMap: (): ReadonlyMap<string, string> => ids,
  };
}

/** Of everybody in users.csv, beside their rows. */
function createPersonIds(staging: Staging) {
  const find = staging.prepare<{ id: string | null }>('SELECT id FROM users WHERE sourcedId = ?');
  const write = staging.prepare('UPDATE users SET id = ?2 WHERE sourcedId = ?1 AND id IS NOT ?2');
  return {
    learn: (sourcedId: string, id: string) => write.run(sourcedId, id),
    of(sourcedId: string): string {
      const known = find.get(sourcedId)?.id ?? null;
      if (known !== null) return known;
      const made = new mongoose.Types.ObjectId().toHexString();
      write.run(sourcedId, made);
      return made;
    },
  };
}
