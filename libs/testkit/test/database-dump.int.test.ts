import { checkHistory, digestContent, readDatabaseDump, useTestEngines } from '@hallway/testkit';
import mongoose, { type Connection } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { mongoUri } = useTestEngines();
let connection: Connection;
const newId = () => new mongoose.Types.ObjectId();
const [room, john, sarah, message, edited, voided] = [newId(), newId(), newId(), newId(), newId(), newId()];

beforeAll(async () => {
  connection = await mongoose.createConnection(mongoUri).asPromise();
  const sent = { roomId: room, senderId: john, createdAt: new Date(), messageType: 'text' };
  await connection.collection('rooms').insertOne({ _id: room, type: 'direct', lastSeq: 3, memberCount: 2 });
  await connection.collection('memberships').insertMany([john, sarah].map((userId) => ({ roomId: room, userId })));
  await connection.collection('messages').insertMany([
    { _id: message, ...sent, seq: 1, clientMessageId: 'a', content: 'Hi Sarah!' },
    { _id: voided, ...sent, seq: 2, clientMessageId: 'void-b', content: '', isVoid: true },
    { _id: edited, ...sent, seq: 3, clientMessageId: 'c', content: 'corrected', editedAt: new Date() },
  ]);
  await connection
    .collection('readMarks')
    .insertOne({ roomId: room, userId: john, lastReadSeq: 3, readAt: new Date() });
  const told = { userId: sarah, messageId: message, channel: 'push', state: 'sent', count: 1 };
  await connection.collection('notifications').insertOne(told);
});

afterAll(async () => {
  await connection.dropDatabase();
  await connection.close();
});

describe('readDatabaseDump', () => {
  it('when the database has everything, answers plain values without contents', async () => {
    const dump = await readDatabaseDump(connection);
    const hex = (id: mongoose.Types.ObjectId) => id.toHexString();
    const placed = { chatRoomId: hex(room), senderId: hex(john) };
    expect(dump.rooms).toEqual([{ id: hex(room), type: 'direct', lastSeq: 3 }]);
    expect(dump.memberships).toHaveLength(2);
    expect(dump.messages.toSorted((a, b) => a.seq - b.seq)).toEqual([
      { id: hex(message), ...placed, seq: 1, clientMessageId: 'a', digest: digestContent('Hi Sarah!'), isVoid: false },
      { id: hex(voided), ...placed, seq: 2, clientMessageId: 'void-b', digest: null, isVoid: true },
      { id: hex(edited), ...placed, seq: 3, clientMessageId: 'c', digest: null, isVoid: false },
    ]);
    expect(dump.readMarks).toEqual([{ chatRoomId: hex(room), userId: hex(john), lastReadSeq: 3 }]);
    expect(dump.notifications).toEqual([
      { userId: hex(sarah), messageId: hex(message), channel: 'push', state: 'sent' },
    ]);
    expect(JSON.parse(JSON.stringify(dump))).toEqual(dump);
    expect(checkHistory({ events: [], dump }).violations).toEqual([]);
  });

  it('when collections do not exist yet, answers empty lists', async () => {
    const empty = await mongoose.createConnection(mongoUri, { dbName: `${connection.name}-empty` }).asPromise();
    expect(Object.values(await readDatabaseDump(empty)).flat()).toEqual([]);
    await empty.close();
  });
});
