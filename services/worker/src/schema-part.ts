import type { SchemaPartOf } from '@hallway/platform';
import type { Connection } from 'mongoose';
import { createNotificationsRepository } from './notifications/notifications.repository.ts';
import { createReadMarksRepository } from './read-marks/read-marks.repository.ts';

/** Makes the indexes of all collections that this service writes. Does nothing where they exist. */
async function ensureIndexes(connection: Connection): Promise<void> {
  const makers = [createReadMarksRepository, createNotificationsRepository];
  await Promise.all(makers.map((make) => make(connection).ensureIndexes()));
}

/** Read marks and notifications, as far as a database has to be prepared for them. */
export const workerSchema: SchemaPartOf<'worker'> = {
  owner: 'worker',
  steps: { 'worker/1-indexes': ensureIndexes },
  ensureIndexes,
};
