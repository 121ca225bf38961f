import { randomBytes } from 'node:crypto';
import { createBusNames } from '@hallway/bus';
import type { DirectoryChange } from '@hallway/contracts';
import { Redis } from 'ioredis';
import { type AuthFixture, startAuth } from './auth-fixture.ts';

export type AdminFixture = Awaited<ReturnType<typeof startAdmin>>;

export const goodPassword = 'correct mango lantern 7';

/** The service, an administrator who is signed in, and what a test of administration looks into. */
export async function startAdmin() {
  const auth = await startAuth();
  const redis = new Redis(auth.config.REDIS_URL);
  const { token, user } = await auth.login('admin');
  const names = createBusNames(auth.config.REDIS_PREFIX);

  const as = (route: Parameters<AuthFixture['call']>[0], body?: unknown) => auth.call(route, { token, body });

  return {
    ...auth,
    adminId: user.id as string,
    adminToken: token,
    /** A call of the administrator. */
    as,
    idOf: async (username: string): Promise<string> => {
      const found = await auth.connection.collection('users').findOne({ usernameKey: username });
      return found!._id.toHexString();
    },
    courseIdOf: async (code: string): Promise<string> => {
      const found = await auth.connection.collection('courses').findOne({ code });
      return found!._id.toHexString();
    },
    /** A new person who can sign in. */
    async person(role: string, name = 'Nobody Special') {
      const username = `u${randomBytes(5).toString('hex')}`;
      const answer = await as('POST /api/admin/users', { username, name, role, password: goodPassword });
      if (answer.status !== 201) throw new Error(answer.text);
      return {
        ...(answer.json.user as { id: string; username: string }),
        signIn: () => auth.login(username, goodPassword),
      };
    },
    /** What the audit log says of somebody or something, the youngest first. */
    audited: async (targetId: string) => {
      const answer = await as(`GET /api/admin/audit?targetId=${targetId}`);
      return answer.json.entries as { action: string; actorId: string; details: Record<string, unknown> }[];
    },
    /** Everything that was announced so far. */
    async announced(): Promise<DirectoryChange[]> {
      const entries = await redis.xrange(names.directoryChanges, '-', '+');
      return entries.flatMap(([, fields]) => JSON.parse(fields[fields.indexOf('changes') + 1]!));
    },
    async stop() {
      redis.disconnect();
      await auth.stop();
    },
  };
}
