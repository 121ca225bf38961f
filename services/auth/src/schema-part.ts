import type { SchemaPartOf } from '@hallway/platform';
import { ensureIndexes } from './database-indexes.ts';

/** Accounts, sessions and the directory, as far as a database has to be prepared for them. */
export const authSchema: SchemaPartOf<'auth'> = {
  owner: 'auth',
  steps: { 'auth/1-indexes': ensureIndexes },
  ensureIndexes,
};
