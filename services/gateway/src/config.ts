import { sendLimitsConfig } from '@hallway/bus';
import { limits } from '@hallway/contracts';
import { authUrlConfig, commonConfig, publicPort, readConfig } from '@hallway/platform';
import { type Static, Type } from 'typebox';

/** What the gateway is told, each knob with its reason. Times are in the unit that ends the name. */
export const gatewayConfig = Type.Object({
  ...commonConfig,
  ...publicPort,
  ...authUrlConfig,
  ALLOWED_ORIGINS: Type.Optional(
    Type.String({
      pattern: '^https?://[^/,\\s]+(,https?://[^/,\\s]+)*$',
      description: 'origins whose pages may connect, separated by commas; HALLWAY_ORIGIN alone otherwise',
    }),
  ),
  ALLOW_POLLING: Type.Boolean({
    default: false,
    description: 'also HTTP long polling: it costs twice the CPU and needs sticky sessions in front',
  }),
  CONNECTIONS_MAX: Type.Integer({
    minimum: 1,
    default: 20_000,
    description: 'connections of this gateway; 25 KB each, so that the default stays under half a gigabyte',
  }),
  SOCKETS_PER_PERSON: Type.Integer({
    minimum: 1,
    maximum: limits.socketsPerPerson,
    default: limits.socketsPerPerson,
    description: 'sockets of one person over all gateways: several tabs on several devices, and no more',
  }),
  ...sendLimitsConfig,
  EVENT_BURST: Type.Integer({
    minimum: 1,
    default: 300,
    description: 'events of any kind of one person at once: ten tabs that open thirty rooms each',
  }),
  EVENTS_PER_SECOND: Type.Integer({
    minimum: 1,
    default: 100,
    description: 'events of any kind of one person a second: a program that went wild is refused, people never notice',
  }),
  RECONNECTS_PER_SECOND: Type.Integer({
    minimum: 1,
    default: 150,
    description:
      'how fast the people of this gateway come back when all lose it at once: each return costs four requests',
  }),
  PING_INTERVAL_MS: Type.Integer({
    minimum: 100,
    default: 8000,
    description: 'with the time-out and the grace it keeps "offline" within the promised 20 s after a silent death',
  }),
  PING_TIMEOUT_MS: Type.Integer({
    minimum: 100,
    default: 5000,
    description: 'a phone that changes its mast answers within this; a closed laptop never does',
  }),
  OFFLINE_GRACE_MS: Type.Integer({
    minimum: 0,
    default: 5000,
    description: 'how long a person without sockets still counts as online, so that a reload is invisible',
  }),
  DRAIN_MS: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 30_000,
      description: 'over how long a stopping gateway sends its people away; 25000 in production, 1000 elsewhere',
    }),
  ),
});
export type GatewayConfig = Static<typeof gatewayConfig>;

export function readGatewayConfig(environment: Record<string, string | undefined>): GatewayConfig {
  return readConfig(gatewayConfig, environment);
}

/** Production spreads the return of a whole gateway's people; a developer's Ctrl-C should be quick. */
export function drainMsOf(config: GatewayConfig): number {
  return config.DRAIN_MS ?? (config.HALLWAY_ENV === 'production' ? 25_000 : 1000);
}

export function allowedOriginsOf(config: GatewayConfig): ReadonlySet<string> {
  return new Set(config.ALLOWED_ORIGINS?.split(',') ?? [config.HALLWAY_ORIGIN]);
}
