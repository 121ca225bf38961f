import { commonConfig, mongoConfig, readConfig } from '@hallway/platform';
import { type Static, Type } from 'typebox';

/** What the migration is told: a part of what the services are told, so that the same settings serve all. */
export const migrateConfig = Type.Object({
  ...mongoConfig,
  LOG_LEVEL: commonConfig.LOG_LEVEL,
  INSTANCE_ID: commonConfig.INSTANCE_ID,
  MIGRATE_WAIT_SECONDS: Type.Integer({
    minimum: 0,
    maximum: 3600,
    default: 300,
    description: 'how long the migration waits for another one that is at work, before it fails and is started again',
  }),
});
export type MigrateConfig = Static<typeof migrateConfig>;

export function readMigrateConfig(environment: Record<string, string | undefined>): MigrateConfig {
  return readConfig(migrateConfig, environment);
}
