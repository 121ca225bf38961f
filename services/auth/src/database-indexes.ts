import type { Connection } from 'mongoose';

/** Makes the indexes of all collections that this service writes. Does nothing where they exist. */
export async function ensureIndexes(connection: Connection): Promise<void> {
  await ensurePeopleIndexes(connection);
  await ensureCourseIndexes(connection);
  const auditLog = connection.collection('auditLog');
  await auditLog.createIndex({ targetId: 1, _id: -1 });
  await auditLog.createIndex({ actorId: 1, _id: -1 });
  await auditLog.createIndex({ action: 1, _id: -1 });
  const sessions = connection.collection('sessions');
  await sessions.createIndex({ userId: 1, endedAt: 1 });
  await sessions.createIndex({ endedAt: 1 });
  // MongoDB removes a session when this time has come; nothing relies on when exactly.
  await sessions.createIndex({ purgeAt: 1 }, { expireAfterSeconds: 0 });
  await ensureSecondFactorIndexes(connection);
  // How an upload went, faults and examples included; what was done stands in the audit log, which is kept.
  const imports = connection.collection('rosterImports');
  await imports.createIndex({ startedAt: 1 }, { expireAfterSeconds: keepRosterImportsSeconds });
}

/** Sign-ins with a passkey begin with a look-up by anybody: it has to be cheap. */
async function ensureSecondFactorIndexes(connection: Connection): Promise<void> {
  const factors = connection.collection('secondFactors');
  await factors.createIndex({ handle: 1 }, { unique: true });
  await factors.createIndex(
    { 'passkeys.credentialId': 1 },
    { unique: true, partialFilterExpression: { 'passkeys.credentialId': { $type: 'string' } } },
  );
  // Both are over when their time has come, whether or not they are still there.
  await connection.collection('signInSteps').createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  await connection.collection('spentPasskeyChallenges').createIndex({ purgeAt: 1 }, { expireAfterSeconds: 0 });
}

const keepRosterImportsSeconds = 180 * 24 * 3600;

// What comes from a roster has an id there, which stands for one thing only; what was made by hand has none.
const uniqueWherePresent = { unique: true, sparse: true } as const;

/** `changedAt` is the journal of access: services that hold facts in memory poll it while Redis is away. */
async function ensurePeopleIndexes(connection: Connection): Promise<void> {
  const users = connection.collection('users');
  await users.createIndex({ usernameKey: 1 }, { unique: true });
  await users.createIndex({ nameKey: 1, _id: 1 });
  await users.createIndex({ changedAt: 1 });
  await users.createIndex({ sourcedId: 1 }, uniqueWherePresent);
  const guardianships = connection.collection('guardianships');
  await guardianships.createIndex({ parentId: 1, childId: 1 }, { unique: true });
  await guardianships.createIndex({ childId: 1 });
  await guardianships.createIndex({ changedAt: 1 });
  const blocks = connection.collection('blocks');
  await blocks.createIndex({ blockerId: 1, blockedId: 1 }, { unique: true });
  await blocks.createIndex({ blockedId: 1 });
  await blocks.createIndex({ changedAt: 1 });
}

async function ensureCourseIndexes(connection: Connection): Promise<void> {
  const courses = connection.collection('courses');
  await courses.createIndex({ code: 1, term: 1 });
  await courses.createIndex({ code: 1, _id: 1 });
  await courses.createIndex({ codeKey: 1 }, uniqueWherePresent);
  await courses.createIndex({ termId: 1 });
  await courses.createIndex({ changedAt: 1 });
  await courses.createIndex({ sourcedId: 1 }, uniqueWherePresent);
  await connection.collection('terms').createIndex({ sourcedId: 1 }, uniqueWherePresent);
  const sections = connection.collection('sections');
  await sections.createIndex({ courseId: 1 });
  await sections.createIndex({ sourcedId: 1 }, uniqueWherePresent);
  const enrolments = connection.collection('enrolments');
  await enrolments.createIndex({ courseId: 1, userId: 1 }, { unique: true });
  await enrolments.createIndex({ userId: 1 });
  await enrolments.createIndex({ sectionIds: 1 });
  await enrolments.createIndex({ changedAt: 1 });
}
