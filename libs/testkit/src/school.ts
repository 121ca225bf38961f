import { randomBytes } from 'node:crypto';
import type { CourseRole, PublicUser, Role } from '@hallway/contracts';
import mongoose, { type Connection } from 'mongoose';

/**
 * Makes people, courses and families straight in the database of a test, as the auth service would have. The records have the
 * shapes of `libs/policy/src/school-records.ts`, whose package is itself tested with this one.
 */
export function createSchool(connection: Connection) {
  const records = openRecords(connection);
  const toId = (id: string) => new mongoose.Types.ObjectId(id);

  return {
    async person(role: Role, options: { name?: string; active?: boolean } = {}): Promise<PublicUser> {
      const username = `u${randomBytes(5).toString('hex')}`;
      const { name = username, active = true } = options;
      const _id = new mongoose.Types.ObjectId();
      const keys = { usernameKey: username, nameKey: name.toLowerCase() };
      await records.users.insertOne({
        _id,
        username,
        name,
        role,
        active,
        passwordHash: '',
        createdAt: new Date(),
        changedAt: new Date(),
        ...keys,
      });
      return { id: _id.toHexString(), username, name, role };
    },
    async course(members: Record<string, CourseRole>): Promise<{ id: string; code: string }> {
      const _id = new mongoose.Types.ObjectId();
      const code = `C${randomBytes(3).toString('hex')}`;
      const times = { createdAt: new Date(), changedAt: new Date() };
      await records.courses.insertOne({ _id, code, title: `Course ${code}`, term: '2026', ...times });
      for (const [userId, role] of Object.entries(members)) {
        await records.enrolments.insertOne({ courseId: _id, userId: toId(userId), role, ...times });
      }
      return { id: _id.toHexString(), code };
    },
    async guardian(parentId: string, childId: string): Promise<void> {
      await records.guardianships.insertOne({
        parentId: toId(parentId),
        childId: toId(childId),
        createdAt: new Date(),
        changedAt: new Date(),
      });
    },
    async deactivate(userId: string): Promise<void> {
      await records.users.updateOne({ _id: toId(userId) }, { $set: { active: false, changedAt: new Date() } });
    },
    async leaveCourses(userId: string): Promise<void> {
      const ended = { status: 'ended', changedAt: new Date() } as const;
      await records.enrolments.updateMany({ userId: toId(userId) }, { $set: ended });
    },
  };
}

function openRecords(connection: Connection) {
  return {
    users: connection.collection('users'),
    courses: connection.collection('courses'),
    enrolments: connection.collection('enrolments'),
    guardianships: connection.collection('guardianships'),
  };
}
