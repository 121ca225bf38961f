import { createBusNames, createDirectoryChanges, type PublishedChange } from '@hallway/bus';
import type { CourseRole, PublicUser } from '@hallway/contracts';
import { createRedis } from '@hallway/platform';
import { openSchoolRecords } from '@hallway/policy';
import { captureLog } from '@hallway/testkit';
import { toObjectId } from '../src/object-ids.ts';
import type { MessageFixture } from './message-fixture.ts';

/** Changes of people and courses as the auth service makes them: written, then announced. */
export function withDirectory({ config, connection }: MessageFixture) {
  const { log } = captureLog();
  const redis = createRedis({ url: config.REDIS_URL, log, role: 'test-directory', kind: 'commands' });
  const { publish } = createDirectoryChanges({ redis, names: createBusNames(config.REDIS_PREFIX), log });
  const { blocks, enrolments, guardianships, users } = openSchoolRecords(connection);
  const tell = (change: PublishedChange) => publish([change]);
  const pairOf = (one: PublicUser, other: PublicUser) => [toObjectId(one.id), toObjectId(other.id)] as const;

  return {
    async block(blocker: PublicUser, blocked: PublicUser): Promise<void> {
      const [blockerId, blockedId] = pairOf(blocker, blocked);
      const now = new Date();
      await blocks.insertOne({ blockerId, blockedId, endedAt: null, createdAt: now, changedAt: now } as never);
      await tell({ kind: 'block', personIds: [blocker.id, blocked.id] });
    },
    async enrol(courseId: string, user: PublicUser, as: CourseRole | 'dropped'): Promise<void> {
      const key = { courseId: toObjectId(courseId), userId: toObjectId(user.id) };
      const change = as === 'dropped' ? { status: 'ended' as const } : { status: 'active' as const, role: as };
      const set = { $set: { ...change, changedAt: new Date() }, $setOnInsert: { createdAt: new Date() } };
      await enrolments.updateOne(key, set, { upsert: true });
      await tell({ kind: 'enrolment', personIds: [user.id], courseIds: [courseId] });
    },
    async endGuardianship(parent: PublicUser, child: PublicUser): Promise<void> {
      const [parentId, childId] = pairOf(parent, child);
      const now = new Date();
      await guardianships.updateOne({ parentId, childId }, { $set: { endsAt: now, changedAt: now } });
      await tell({ kind: 'guardianship', personIds: [parent.id, child.id] });
    },
    async deactivate(user: PublicUser): Promise<void> {
      await users.updateOne({ _id: toObjectId(user.id) }, { $set: { active: false, changedAt: new Date() } });
      await tell({ kind: 'person', personIds: [user.id] });
    },
    close: () => redis.disconnect(),
  };
}
