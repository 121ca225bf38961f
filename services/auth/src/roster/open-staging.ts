import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

/**
 * The rows of people, and what is found out about them: what grows with the school. `id` is Hallway's own id of somebody, as
 * soon as it is known; `accounts` are the roster's ids of all accounts, listed or not, while earlier imports are read.
 */
const tables = `
  CREATE TABLE users (
    sourcedId TEXT PRIMARY KEY, line INTEGER, username TEXT, usernameKey TEXT, name TEXT, enabled INTEGER, agentIds TEXT, id TEXT
  ) WITHOUT ROWID;
  CREATE TABLE roles (
    sourcedId TEXT PRIMARY KEY, line INTEGER, userId TEXT, role TEXT, safetyStaff INTEGER, isPrimary INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE enrollments (
    sourcedId TEXT PRIMARY KEY, line INTEGER, classId TEXT, userId TEXT, role TEXT
  ) WITHOUT ROWID;
  CREATE TABLE deleted (file TEXT, sourcedId TEXT, PRIMARY KEY (file, sourcedId)) WITHOUT ROWID;
  CREATE TABLE classIds (sourcedId TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE families (parentId TEXT, childId TEXT, PRIMARY KEY (parentId, childId)) WITHOUT ROWID;
  CREATE TABLE accounts (id TEXT PRIMARY KEY, sourcedId TEXT) WITHOUT ROWID;
`;

/** Made once everything is read: kept up row by row they would take longer. */
const indexes = `
  CREATE INDEX rolesByUser ON roles (userId);
  CREATE INDEX enrollmentsByClass ON enrollments (classId);
  CREATE INDEX usersById ON users (id);
`;

/**
 * What SQLite keeps of them in memory, in KiB; the rest is in a file that has no name and is gone with the process. Nothing has
 * to survive: no journal, no flush to the disk, and one transaction that never ends.
 */
const cacheKib = 16_384;
const settings = `
  PRAGMA cache_size = -${cacheKib}; PRAGMA temp_store = FILE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
`;

/**
 * A private database for the length of one import, so that the memory which an import takes does not grow with the school.
 * Texts sort by their bytes in UTF-8, as they do in MongoDB.
 */
export function openStaging() {
  const database = new DatabaseSync('');
  database.exec(`${settings}${tables}BEGIN;`);

  return {
    /** A statement by which several rows are read or written; `Row` is what a reading one answers, column by column. */
    prepare<Row extends object>(sql: string) {
      const statement = database.prepare(sql);
      return {
        run: (...values: SQLInputValue[]): void => void statement.run(...values),
        get: (...values: SQLInputValue[]): Row | null => (statement.get(...values) as Row | undefined) ?? null,
        all: (...values: SQLInputValue[]): Row[] => statement.all(...values) as Row[],
        /** One row at a time. The statement must not be used for anything else meanwhile. */
        each: (...values: SQLInputValue[]): Iterable<Row> => statement.iterate(...values) as Iterable<Row>,
      };
    },
    addIndexes: (): void => database.exec(indexes),
    close: (): void => database.close(),
  };
}

export type Staging = ReturnType<typeof openStaging>;
