import { parseArgs } from 'node:util';
import { AppError, commonConfig, createLog, createMongo, mongoConfig, readConfig } from '@hallway/platform';
import { Type } from 'typebox';
import { createPasswords } from '../accounts/passwords.ts';
import { createAuditLog } from '../audit/audit-log.repository.ts';
import { operatorName } from '../audit/operator-name.ts';
import { authConfig } from '../config.ts';
import { ensureIndexes } from '../database-indexes.ts';
import { createPeopleRegister } from '../directory/people-register.repository.ts';
import { createMakeFirstAdmin } from './make-first-admin.ts';

const usage = `Usage: node services/auth/src/first-admin/main.ts --username NAME [--name "FULL NAME"]

Makes the first administrator, straight in the database, and prints the password. Refuses where somebody administers already.
Exit codes: 0 made; 1 refused or failed; 2 wrong usage.
`;

/** A part of what the auth service is told, and nothing else. */
const firstAdminConfig = Type.Object({
  ...mongoConfig,
  LOG_LEVEL: { ...commonConfig.LOG_LEVEL, default: 'warn' },
  PASSWORD_MEMORY_KIB: authConfig.properties.PASSWORD_MEMORY_KIB,
  PASSWORD_PASSES: authConfig.properties.PASSWORD_PASSES,
});

async function makeIn(username: string, name: string): Promise<string> {
  const config = readConfig(firstAdminConfig, process.env);
  const log = createLog({ service: 'first-admin', instance: `first-admin-${process.pid}`, level: config.LOG_LEVEL });
  const mongo = createMongo({ uri: config.MONGODB_URI, appName: 'hallway-first-admin', log });
  try {
    await mongo.ready();
    const { connection } = mongo;
    // They keep a username from being taken twice.
    await ensureIndexes(connection);
    const passwords = createPasswords({ memoryKib: config.PASSWORD_MEMORY_KIB, passes: config.PASSWORD_PASSES });
    const makeFirstAdmin = createMakeFirstAdmin({
      people: createPeopleRegister(connection),
      auditLog: createAuditLog(connection),
      hashPassword: passwords.hash,
    });
    return await makeFirstAdmin({ username, name, operator: operatorName() });
  } finally {
    await mongo.close();
  }
}

function toRefusal(error: unknown): string {
  if (!(error instanceof AppError)) return (error as Error).message;
  const faults = (error.details as { path: string; message: string }[] | undefined) ?? [];
  return faults.map(({ path, message }) => `--${path.slice(1)} ${message}.`).join('\n') || (error.publicMessage ?? '');
}

function readArguments(args: string[]) {
  try {
    const options = { username: { type: 'string' }, name: { type: 'string' }, help: { type: 'boolean' } } as const;
    return parseArgs({ args, options }).values;
  } catch (error) {
    return { fault: (error as Error).message };
  }
}

async function main(args: string[]): Promise<number> {
  const read = readArguments(args);
  if ('help' in read && read.help) {
    process.stdout.write(usage);
    return 0;
  }
  if ('fault' in read || read.username === undefined) {
    process.stderr.write(`${'fault' in read ? read.fault : 'Say which username it gets.'}\n\n${usage}`);
    return 2;
  }
  const { username, name = 'Administrator' } = read;
  const password = await makeIn(username, name);
  process.stdout.write(`${username} administers now. The password, which is shown this once:\n\n  ${password}\n\n`);
  process.stdout.write('Sign in with it and change it at once.\n');
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${toRefusal(error)}\n`);
  process.exitCode = 1;
}
