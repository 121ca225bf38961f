import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { basename } from 'node:path';
import { createBusNames } from '@hallway/bus';
import { createMongo, createRedis, type Log, waitForRedis } from '@hallway/platform';
import { openSchoolRecords, rolesOf } from '@hallway/policy';
import type { Connection } from 'mongoose';
import type { Static } from 'typebox';
import { toUsernameKey } from '../accounts/accounts.repository.ts';
import { operatorName } from '../audit/operator-name.ts';
import { ensureIndexes } from '../database-indexes.ts';
import { buildRosterImport } from './build-roster-import.ts';
import type { RosterOutcome, RosterProgress } from './import-roster.ts';
import { openRosterFiles } from './open-roster-files.ts';
import type { RosterChange } from './roster-changes.ts';
import type { rosterConfig } from './roster-config.ts';
import { type RosterOptions, WrongUsage } from './roster-options.ts';
import { toShown } from './tally-changes.ts';

export interface RosterRun {
  config: Static<typeof rosterConfig>;
  options: RosterOptions;
  log: Log;
  onProgress: (progress: RosterProgress) => void;
  /** Another import holds the lease, or did a moment ago. */
  onWait: () => void;
}

/** A run that was killed a moment ago keeps the lease for fifteen seconds; one that lives keeps it longer than this. */
const waitForLeaseMs = 20_000;

/** Runs one import against the stores, from opening them to closing them. Null: another import is running. */
export async function runRosterImport({
  config,
  options,
  log,
  onProgress,
  onWait,
}: RosterRun): Promise<RosterOutcome | null> {
  const files = await openRosterFiles(options.path);
  const mongo = createMongo({ uri: config.MONGODB_URI, appName: 'hallway-roster', log });
  const redis = createRedis({ url: config.REDIS_URL, log, role: 'roster', kind: 'commands' });
  const report = options.report === null ? null : openReport(options.report);
  try {
    await mongo.ready();
    // Without Redis nothing is announced, and whoever polls the database learns of everything within seconds.
    await waitForRedis(redis).catch((error: Error) => log.warn({ err: error }, 'importing without Redis'));
    const { connection } = mongo;
    if (!options.dryRun) await ensureIndexes(connection);
    const cost = { memoryKib: config.PASSWORD_MEMORY_KIB, passes: config.PASSWORD_PASSES };
    const names = createBusNames(config.REDIS_PREFIX);
    const { lease, importRoster } = buildRosterImport({ connection, redis, names, log, passwordCost: cost });
    const importId = randomUUID();
    const held = options.dryRun ? noLease() : await lease.acquire(importId, { withinMs: waitForLeaseMs, onWait });
    if (!held) return null;
    try {
      return await importRoster({
        ...options,
        files,
        administrators: new Set(options.administrators),
        actorId: await findActor(connection, options.actor),
        description: describe(options, importId),
        now: new Date(),
        onProgress,
        ...(report ? { onChange: report.write } : {}),
        signal: held.signal,
      });
    } finally {
      await held.release();
    }
  } finally {
    await report?.close();
    files.close();
    redis.disconnect();
    await mongo.close();
  }
}

/** Who only looks disturbs nobody. */
function noLease() {
  return { signal: new AbortController().signal, release: async () => undefined };
}

async function findActor(connection: Connection, username: string | null): Promise<string | null> {
  if (username === null) return null;
  const user = await openSchoolRecords(connection).users.findOne({ usernameKey: toUsernameKey(username) });
  if (user?.active && rolesOf(user).includes('admin')) return user._id.toHexString();
  throw new WrongUsage(`${username} is no administrator.`);
}

/** For the audit log. Whoever runs this has the database's own rights: the name is what the machine says. */
function describe(options: RosterOptions, importId: string) {
  const { path, actor, delta, confirmRemovals, adoptAccounts, administrators } = options;
  const operator = actor === null ? { operator: operatorName() } : {};
  return { importId, file: basename(path), delta, confirmRemovals, adoptAccounts, administrators, ...operator };
}

function openReport(path: string) {
  const stream = createWriteStream(path);
  const failed = once(stream, 'error').then(([error]) => Promise.reject(error));
  failed.catch(() => undefined);
  return {
    /** Waits when the disk is slower than the comparison. */
    async write(change: RosterChange): Promise<void> {
      if (stream.write(`${JSON.stringify(toShown(change))}\n`)) return;
      await Promise.race([once(stream, 'drain'), failed]);
    },
    async close(): Promise<void> {
      await Promise.race([new Promise<void>((resolve) => stream.end(resolve)), failed]);
    },
  };
}
