import type { SchemaPartOf } from '@hallway/platform';
import type { Connection } from 'mongoose';
import { createMessagesRepository } from './messages/messages.repository.ts';
import { createMembershipsRepository } from './rooms/memberships.repository.ts';
import { createRoomsRepository } from './rooms/rooms.repository.ts';
import { createRoomsOfManyRepository } from './rooms/rooms-of-many.repository.ts';

/** Makes the indexes of all collections that this service writes. Does nothing where they exist. */
async function ensureIndexes(connection: Connection): Promise<void> {
  const makers = [
    createRoomsRepository,
    createRoomsOfManyRepository,
    createMembershipsRepository,
    createMessagesRepository,
  ];
  await Promise.all(makers.map((make) => make(connection).ensureIndexes()));
}

/** Rooms, memberships and messages, as far as a database has to be prepared for them. */
export const messageSchema: SchemaPartOf<'message'> = {
  owner: 'message',
  steps: { 'message/1-indexes': ensureIndexes },
  ensureIndexes,
};
