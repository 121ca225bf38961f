import type { DirectoryChanges, PublishedChange } from '@hallway/bus';
import type { AuditLog } from '../audit/audit-log.repository.ts';
import type { Actor } from './require-admin.ts';

export interface AuditedChange {
  /** Past and dotted, such as `user.created`. */
  action: string;
  targetId: string;
  details?: Record<string, unknown>;
  /** Whom to look up again, for everybody who remembers facts. */
  announce: PublishedChange;
}

/**
 * The only way for an administrator's change: an entry of the audit log first, then the change, then the announcement. So
 * nothing changes without an entry; an entry whose change failed stays, and the next try adds another. The change is announced
 * also when its outcome is unknown, as listeners read the truth from the database.
 */
export function createMakeChange({ auditLog, changes }: { auditLog: AuditLog; changes: DirectoryChanges }) {
  return async function makeChange<T>(actor: Actor, change: AuditedChange, write: () => Promise<T>): Promise<T> {
    const { action, targetId, details = {}, announce } = change;
    const { id: actorId, sessionId, address } = actor;
    await auditLog.append({ actorId, sessionId, address, action, targetId, details });
    try {
      return await write();
    } finally {
      await changes.publish([announce]);
    }
  };
}

export type MakeChange = ReturnType<typeof createMakeChange>;
