import { sendLimitsConfig } from '@hallway/bus';
import { limits } from '@hallway/contracts';
import { authUrlConfig, commonConfig, type Environment, publicPort, readConfig } from '@hallway/platform';
import { type Static, Type } from 'typebox';
import { drainMs } from './stop-times.ts';

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
    maximum: 60_000,
    default: 8000,
    description: 'with the time-out and the grace it keeps "offline" within the promised 20 s after a silent death',
  }),
  PING_TIMEOUT_MS: Type.Integer({
    minimum: 100,
    maximum: 60_000,
    default: 5000,
    description: 'a phone that changes its mast answers within this; a closed laptop never does',
  }),
  OFFLINE_GRACE_MS: Type.Integer({
    minimum: 0,
    maximum: 60_000,
    default: 5000,
    description: 'how long a person without sockets still counts as online, so that a reload is invisible',
  }),
  DRAIN_MS: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: drainMs.longest,
      description: 'over how long a stopping gateway sends its people away; 25000 in production, 1000 elsewhere',
    }),
  ),
});
export type GatewayConfig = Static<typeof gatewayConfig>;

export function readGatewayConfig(environment: Environment): GatewayConfig {
  return readConfig(gatewayConfig, environment, findGatewayContradictions);
}

/** The contract: somebody whose last socket is gone, however silently, is offline at most this much later. */
const offlineWithinMs = 20_000;

function findGatewayContradictions(values: Partial<GatewayConfig>): string[] {
  return [...findOriginFaults(values), ...findPingFaults(values)];
}

function findOriginFaults({ ALLOWED_ORIGINS, HALLWAY_ORIGIN }: Partial<GatewayConfig>): string[] {
  if (ALLOWED_ORIGINS === undefined || HALLWAY_ORIGIN === undefined) return [];
  const origins = ALLOWED_ORIGINS.split(',');
  if (origins.includes(HALLWAY_ORIGIN)) return [];
  return [`ALLOWED_ORIGINS leaves out HALLWAY_ORIGIN (${HALLWAY_ORIGIN}): the web client could not connect`];
}

function findPingFaults(values: Partial<GatewayConfig>): string[] {
  const { PING_INTERVAL_MS: interval, PING_TIMEOUT_MS: timeout, OFFLINE_GRACE_MS: grace } = values;
  if (interval === undefined || timeout === undefined || grace === undefined) return [];
  const offlineAfterMs = interval + timeout + grace;
  if (offlineAfterMs <= offlineWithinMs) return [];
  const sum = 'PING_INTERVAL_MS, PING_TIMEOUT_MS and OFFLINE_GRACE_MS';
  return [`${sum} together are ${offlineAfterMs}: over ${offlineWithinMs}, after which people must be seen as offline`];
}

/** Over how long this gateway sends its people away, in milliseconds. */
export function drainMsOf({ DRAIN_MS, HALLWAY_ENV }: GatewayConfig): number {
  return DRAIN_MS ?? (HALLWAY_ENV === 'production' ? drainMs.production : drainMs.elsewhere);
}

export function allowedOriginsOf(config: GatewayConfig): ReadonlySet<string> {
  return new Set(config.ALLOWED_ORIGINS?.split(',') ?? [config.HALLWAY_ORIGIN]);
}
