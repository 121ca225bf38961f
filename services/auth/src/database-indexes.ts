import type { Connection } from 'mongoose';

/** Makes the indexes of all collections that this service writes. Does nothing where they exist. */
export async function ensureIndexes(connection: Connection): Promise<void> {
  const users = connection.collection('users');
  await users.createIndex({ usernameKey: 1 }, { unique: true });
  await users.createIndex({ nameKey: 1, _id: 1 });
  await connection.collection('courses').createIndex({ code: 1, term: 1 });
  const enrolments = connection.collection('enrolments');
  await enrolments.createIndex({ courseId: 1, userId: 1 }, { unique: true });
  await enrolments.createIndex({ userId: 1 });
  const guardianships = connection.collection('guardianships');
  await guardianships.createIndex({ parentId: 1, childId: 1 }, { unique: true });
  await guardianships.createIndex({ childId: 1 });
  const sessions = connection.collection('sessions');
  await sessions.createIndex({ userId: 1, endedAt: 1 });
  await sessions.createIndex({ endedAt: 1 });
  // MongoDB removes a session when this time has come; nothing relies on when exactly.
  await sessions.createIndex({ purgeAt: 1 }, { expireAfterSeconds: 0 });
}
