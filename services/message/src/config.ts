import { authUrlConfig, commonConfig, mongoConfig, publicPort, queueConfig, readConfig } from '@hallway/platform';
import { policyConfig } from '@hallway/policy';
import { type Static, Type } from 'typebox';

const MessageConfig = Type.Object({
  ...commonConfig,
  ...publicPort,
  ...mongoConfig,
  ...queueConfig,
  ...authUrlConfig,
  ...policyConfig,
  AUTH_INTERNAL_URL: Type.String({
    pattern: '^https?://',
    description: 'internal port of the auth service, asked for ended sessions while Redis is away',
  }),
});
export type MessageConfig = Static<typeof MessageConfig>;

export function readMessageConfig(environment: Record<string, string | undefined>): MessageConfig {
  return readConfig(MessageConfig, environment);
}
