import type { createAuthenticate, HttpServer, Log } from '@hallway/platform';
import type { Connection } from 'mongoose';
import { createAdminHooks } from '../admin/admin-hooks.ts';
import { createRequireAdmin } from '../admin/require-admin.ts';
import type { AuthConfig } from '../config.ts';
import { createPeopleRegister } from '../directory/people-register.repository.ts';
import { addRosterRoutes } from './roster.routes.ts';
import { createRosterImportsRepository } from './roster-imports.repository.ts';
import { createRosterJobs } from './roster-job.ts';

export interface RosterPartsDeps {
  config: AuthConfig;
  connection: Connection;
  log: Log;
}

/** What the auth service needs for rosters that are uploaded to it. */
export function buildRosterParts({ config, connection, log }: RosterPartsDeps) {
  const imports = createRosterImportsRepository(connection);
  const jobs = createRosterJobs({ imports, environment: toEnvironment(config), log });
  return {
    addRoutes(app: HttpServer, authenticate: ReturnType<typeof createAuthenticate>): void {
      const people = createPeopleRegister(connection);
      const hooks = createAdminHooks(authenticate, createRequireAdmin(people));
      addRosterRoutes(app, { hooks, people, imports, jobs });
    },
    stop: jobs.stop,
  };
}

export type RosterParts = ReturnType<typeof buildRosterParts>;

/** The importing process gets what it needs and no keys. */
function toEnvironment(config: AuthConfig): Record<string, string> {
  const { MONGODB_URI, REDIS_URL, REDIS_PREFIX, PASSWORD_MEMORY_KIB, PASSWORD_PASSES } = config;
  return {
    MONGODB_URI,
    REDIS_URL,
    REDIS_PREFIX,
    PASSWORD_MEMORY_KIB: String(PASSWORD_MEMORY_KIB),
    PASSWORD_PASSES: String(PASSWORD_PASSES),
  };
}
