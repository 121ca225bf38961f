import mongoose from 'mongoose';

/**
 * Hallway's ids of what the roster names, by the roster's ids. Something new gets its id when it is first asked for, so that
 * the difference can name things that are not written yet, and the import writes them under that id.
 */
export function createDirectoryIds() {
  return { terms: createIds(), courses: createIds(), sections: createIds(), people: createIds() };
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
