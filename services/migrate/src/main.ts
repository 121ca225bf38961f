import { ConfigError, createLog, createMongo, readStartConfiguration } from '@hallway/platform';
import { type MigrateConfig, migrateConfig, readMigrateConfig } from './config.ts';
import { migrate } from './migrate.ts';

const contractOption = '--contract';

async function run(config: MigrateConfig, contract: boolean): Promise<void> {
  const by = config.INSTANCE_ID ?? `migrate-${process.pid}`;
  const log = createLog({ service: 'migrate', instance: by, level: config.LOG_LEVEL });
  const mongo = createMongo({ uri: config.MONGODB_URI, appName: 'hallway-migrate', log, longCommands: true });
  try {
    await mongo.ready();
    const waitMs = config.MIGRATE_WAIT_SECONDS * 1000;
    const steps = await migrate({ connection: mongo.connection, contract, by, waitMs, log });
    log.info({ steps }, steps.length === 0 ? 'the schema was up to date' : 'the schema was brought up to date');
  } catch (error) {
    // Whoever runs this reads its last line; everything done until here is recorded and not done again.
    log.fatal({ err: error }, 'the migration failed');
    process.exitCode = 1;
  } finally {
    await mongo.close();
  }
}

// A container's first process is not ended by a signal that it does not handle. What is recorded stays, the step that was under
// way is begun again by the next run, and its lock ends by itself.
process.once('SIGTERM', () => process.exit(143));

try {
  const args = process.argv.slice(2);
  const config = readStartConfiguration({
    service: 'migrate',
    schema: migrateConfig,
    read: readMigrateConfig,
    environment: process.env,
    args: args.filter((arg) => arg !== contractOption),
  });
  await run(config, args.includes(contractOption));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
