import { commonConfig, mongoConfig } from '@hallway/platform';
import { Type } from 'typebox';
import { authConfig } from '../config.ts';

/** What an import is told by the environment: a part of what the auth service is told, and nothing else. */
export const rosterConfig = Type.Object({
  ...mongoConfig,
  REDIS_URL: commonConfig.REDIS_URL,
  REDIS_PREFIX: commonConfig.REDIS_PREFIX,
  LOG_LEVEL: { ...commonConfig.LOG_LEVEL, default: 'warn' },
  PASSWORD_MEMORY_KIB: authConfig.properties.PASSWORD_MEMORY_KIB,
  PASSWORD_PASSES: authConfig.properties.PASSWORD_PASSES,
});
