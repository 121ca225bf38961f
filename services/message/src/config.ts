import { sendLimitsConfig } from '@hallway/bus';
import {
  authUrlConfig,
  commonConfig,
  type Environment,
  mongoConfig,
  publicPort,
  queueConfig,
  readConfig,
} from '@hallway/platform';
import { policyConfig } from '@hallway/policy';
import { type Static, Type } from 'typebox';

/** What the message service is told, each with its reason. */
export const messageConfig = Type.Object({
  ...commonConfig,
  ...publicPort,
  ...mongoConfig,
  ...queueConfig,
  ...authUrlConfig,
  ...policyConfig,
  ...sendLimitsConfig,
});
export type MessageConfig = Static<typeof messageConfig>;

export function readMessageConfig(environment: Environment): MessageConfig {
  return readConfig(messageConfig, environment);
}
