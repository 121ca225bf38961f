import { commonConfig, readConfig, tracingConfig } from '@hallway/platform';
import { type Static, Type } from 'typebox';

// Six gateways are thirty-six pairs; more would cost a thousand series, and more sockets than one person may have.
export const gatewaysMax = 6;

const { HALLWAY_ENV, HALLWAY_ORIGIN, HOST, INSTANCE_ID, INTERNAL_PORT, LOG_LEVEL } = commonConfig;

/** What the probe is told, each with its reason. It needs no store: it is a client like any other. */
export const probeConfig = Type.Object({
  ...{ HALLWAY_ENV, HALLWAY_ORIGIN, HOST, INSTANCE_ID, INTERNAL_PORT, LOG_LEVEL },
  ...tracingConfig,
  PROBE_ORIGIN: Type.Optional(
    Type.String({
      pattern: '^https?://[^/]+$',
      description: 'where the probe signs in, if not at HALLWAY_ORIGIN, as from inside a cluster',
    }),
  ),
  PROBE_GATEWAYS: Type.String({
    pattern: '^https?://[^/,\\s]+(,https?://[^/,\\s]+){0,5}$',
    description: 'addresses of up to six gateways, separated by commas; a message goes from each to each in turn',
  }),
  PROBE_RESOLVE_GATEWAYS: Type.Boolean({
    default: false,
    description: 'each address is a name with one A record for each gateway, as of a headless service',
  }),
  PROBE_SENDER_USERNAME: Type.String({ description: 'an account for the probe alone, without a second factor' }),
  PROBE_SENDER_PASSWORD: Type.String({ description: 'password of that account' }),
  PROBE_RECEIVER_USERNAME: Type.String({ description: 'another one, whom the first may message' }),
  PROBE_RECEIVER_PASSWORD: Type.String({ description: 'password of the other account' }),
  PROBE_INTERVAL_MS: Type.Integer({
    minimum: 1000,
    maximum: 600_000,
    default: 10_000,
    description: 'time between two messages; each is kept like any other: ten seconds are three million a year',
  }),
  PROBE_TIMEOUT_MS: Type.Integer({
    minimum: 6000,
    maximum: 19_000,
    default: 10_000,
    description: 'after this long a message counts as lost; below the 20 s after which clients compare heads',
  }),
});
export type ProbeConfig = Static<typeof probeConfig>;

export function readProbeConfig(environment: Record<string, string | undefined>): ProbeConfig {
  return readConfig(probeConfig, environment);
}
