import { type BusNames, createAnnounceSessionEnded, createDirectoryChanges } from '@hallway/bus';
import { isRedisAway, type Log } from '@hallway/platform';
import type { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import { createAccountsRepository } from '../accounts/accounts.repository.ts';
import { createCheckPassword } from '../accounts/check-password.ts';
import { readCommonPasswords } from '../accounts/common-passwords.ts';
import { createPasswords, type PasswordCost } from '../accounts/passwords.ts';
import { createAuditLog } from '../audit/audit-log.repository.ts';
import { createEndingsAnnouncer } from '../sessions/announce-endings.ts';
import { createEndSessions } from '../sessions/end-sessions.ts';
import { createSessionsRepository } from '../sessions/sessions.repository.ts';
import { createImportRoster } from './import-roster.ts';
import { createKnownRoster } from './known-roster.ts';
import { createRosterLease, type LeaseTimes } from './roster-lease.ts';
import { openRosterRecords } from './roster-records.ts';
import { createSetFirstPasswords } from './set-first-passwords.ts';
import { createWriteChanges } from './write-changes.ts';

export interface RosterImportParts {
  connection: Connection;
  redis: Redis;
  names: BusNames;
  log: Log;
  passwordCost: PasswordCost;
  leaseTimes?: LeaseTimes;
}

/** Puts an import together from open stores. It signs nobody in: it needs no keys and serves no port. */
export function buildRosterImport({ connection, redis, names, log, passwordCost, leaseTimes }: RosterImportParts) {
  const records = openRosterRecords(connection);
  const sessions = createSessionsRepository(connection);
  const accounts = createAccountsRepository(connection);
  // Endings that cannot be announced because Redis is away are found by the gateways' polls, and by the service's own announcer.
  const announcer = createEndingsAnnouncer({
    announce: createAnnounceSessionEnded({ redis, names }),
    listEndings: sessions.listEndings,
    isReachable: () => !isRedisAway(redis),
    log,
  });
  const { endSessionsOf } = createEndSessions({ sessions, accounts, announcer });
  const changes = createDirectoryChanges({ redis, names, log });
  return {
    lease: createRosterLease(connection, leaseTimes),
    importRoster: createImportRoster({
      records,
      known: createKnownRoster(records),
      write: createWriteChanges({ records, changes, endSessionsOf }),
      setFirstPasswords: createSetFirstPasswords({
        records,
        checkPassword: createCheckPassword({ isCommonPassword: readCommonPasswords() }),
        hash: createPasswords(passwordCost).hash,
      }),
      auditLog: createAuditLog(connection),
    }),
  };
}
