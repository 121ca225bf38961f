import type { Log } from '@hallway/platform';
import type { AuditLog, NewAuditEntry } from './audit-log.repository.ts';

/**
 * Writes an audit entry for something that has happened already and must not fail for want of it, such as the end of a stolen
 * session. Never rejects: an entry that the database did not take stands in the log of the service, whole, as an error.
 */
export function createRecordAudit({ auditLog, log }: { auditLog: Pick<AuditLog, 'append'>; log: Log }) {
  return async function recordAudit(entry: NewAuditEntry): Promise<void> {
    try {
      await auditLog.append(entry);
    } catch (error) {
      log.error({ err: error, audit: entry }, 'an audit entry could not be stored');
    }
  };
}

export type RecordAudit = ReturnType<typeof createRecordAudit>;
