import type { createAuthenticate } from '@hallway/platform';
import type { createRequireAdmin } from './require-admin.ts';

/** What stands before every route of this folder: without them no route can be written, as all take their options from here. */
export function createAdminHooks(
  authenticate: ReturnType<typeof createAuthenticate>,
  requireAdmin: ReturnType<typeof createRequireAdmin>,
) {
  return { onRequest: [authenticate, requireAdmin] };
}

export type AdminHooks = ReturnType<typeof createAdminHooks>;
