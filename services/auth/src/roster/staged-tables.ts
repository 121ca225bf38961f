import { toUsernameKey } from '../accounts/accounts.repository.ts';
import type { Staging } from './open-staging.ts';
import type { EnrolmentRow, RoleRow, RowTable, UserRow } from './roster-rows.ts';

/** The tables of the large files, to be filled row by row. */
export function createStagedTables(staging: Staging) {
  return {
    users: createUsers(staging),
    roles: createRoles(staging),
    enrollments: createEnrolments(staging),
  };
}

function createUsers(staging: Staging): RowTable<UserRow> {
  const insert = staging.prepare(
    'INSERT OR REPLACE INTO users (sourcedId, line, username, usernameKey, name, enabled, agentIds) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  return {
    ...createAccess(staging, 'users'),
    set: ({ sourcedId, line, username, name, enabled, agentIds }) =>
      insert.run(sourcedId, line, username, toUsernameKey(username), name, Number(enabled), JSON.stringify(agentIds)),
  };
}

function createRoles(staging: Staging): RowTable<RoleRow> {
  const insert = staging.prepare(
    'INSERT OR REPLACE INTO roles (sourcedId, line, userId, role, safetyStaff, isPrimary) VALUES (?, ?, ?, ?, ?, ?)',
  );
  return {
    ...createAccess(staging, 'roles'),
    set: ({ sourcedId, line, userId, role, primary }) =>
      insert.run(sourcedId, line, userId, role?.role ?? null, Number(role?.safetyStaff ?? false), Number(primary)),
  };
}

function createEnrolments(staging: Staging): RowTable<EnrolmentRow> {
  const insert = staging.prepare(
    'INSERT OR REPLACE INTO enrollments (sourcedId, line, classId, userId, role) VALUES (?, ?, ?, ?, ?)',
  );
  return {
    ...createAccess(staging, 'enrollments'),
    set: ({ sourcedId, line, classId, userId, role }) => insert.run(sourcedId, line, classId, userId, role),
  };
}

function createAccess(staging: Staging, table: 'users' | 'roles' | 'enrollments') {
  const line = staging.prepare<{ line: number }>(`SELECT line FROM ${table} WHERE sourcedId = ?`);
  const remove = staging.prepare(`DELETE FROM ${table} WHERE sourcedId = ?`);
  return {
    lineOf: (sourcedId: string) => line.get(sourcedId)?.line ?? null,
    delete: (sourcedId: string) => remove.run(sourcedId),
  };
}
