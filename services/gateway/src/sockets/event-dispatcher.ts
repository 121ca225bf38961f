import { randomUUID } from 'node:crypto';
import {
  type AccessClaims,
  type ClientEventAnswers,
  type ClientEventName,
  type ClientEventPayload,
  clientEvents,
} from '@hallway/contracts';
import { AppError, type Log, parse, type TokenBuckets, toAppError, validationFailed } from '@hallway/platform';
import type { GatewayMetrics } from '../gateway-metrics.ts';
import { oversizedEvent } from './bounded-decoder.ts';
import { costOf } from './event-cost.ts';
import type { GatewaySocket } from './gateway-socket.ts';
import { createRefusalLog } from './refusal-log.ts';

export interface ClientCall<E extends ClientEventName> {
  socket: GatewaySocket;
  caller: AccessClaims;
  payload: ClientEventPayload<E>;
}

export type EventHandler<E extends ClientEventName> = (
  call: ClientCall<E>,
) => Promise<ClientEventAnswers[E]> | ClientEventAnswers[E];

export interface EventDispatcherOptions {
  log: Log;
  metrics: GatewayMetrics;
  /** Events of any kind, by person; one event may cost more than another. */
  buckets: TokenBuckets;
}

type Acknowledge = (answer: unknown) => void;

/**
 * The one way from a client's packet to a handler and back. Each event is checked against the contract's schema, answered
 * with `{ ok: true, … }` or `{ ok: false, error }` where the client asked for an answer, and can end nothing but itself.
 */
export function createEventDispatcher({ log, metrics, buckets }: EventDispatcherOptions) {
  const handlers = new Map<unknown, EventHandler<ClientEventName>>();
  const logRefusal = createRefusalLog(log);

  async function handle(socket: GatewaySocket, name: unknown, args: unknown[]): Promise<object> {
    const { caller } = socket.data;
    const waitMs = buckets.take(caller.sub, costOf(name, args[0]));
    if (waitMs > 0) throw new AppError({ code: 'RATE_LIMITED', internal: 'too many events', retryAfterMs: waitMs });
    if (name === oversizedEvent) throw new AppError({ code: 'PAYLOAD_TOO_LARGE' });
    const handler = handlers.get(name);
    if (!handler) throw validationFailed([{ path: '/', message: 'is not a known event' }]);
    if (args.length !== 1) throw validationFailed([{ path: '/', message: 'must be one payload' }]);
    const payload = parse(clientEvents[name as ClientEventName], args[0]);
    return handler({ socket, caller, payload });
  }

  async function dispatch(socket: GatewaySocket, name: unknown, args: unknown[]): Promise<void> {
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? (last as Acknowledge) : undefined;
    const event = handlers.has(name) ? String(name) : 'unknown';
    socket.data.inFlight += 1;
    try {
      const answer = await handle(socket, name, acknowledge ? args.slice(0, -1) : args);
      metrics.events.inc({ event, result: 'ok' });
      acknowledge?.({ ok: true, ...answer });
    } catch (error) {
      const fault = toAppError(error);
      const requestId = randomUUID();
      metrics.events.inc({ event, result: fault.code });
      logRefusal({ fault, event, requestId, socket });
      acknowledge?.({ ok: false, error: fault.toBody(requestId) });
    } finally {
      socket.data.inFlight -= 1;
    }
  }

  return {
    /** Gives an event of the contract its handler; the contract's schema has been checked when it is called. */
    registerHandler<E extends ClientEventName>(name: E, handler: EventHandler<E>): void {
      if (handlers.has(name)) throw new Error(`${name} has a handler already`);
      handlers.set(name, handler as unknown as EventHandler<ClientEventName>);
    },

    /** Throws unless every event of the contract has a handler. */
    assertComplete(): void {
      const missing = Object.keys(clientEvents).filter((name) => !handlers.has(name));
      if (missing.length > 0) throw new Error(`events without a handler: ${missing.join(', ')}`);
    },

    /** Listens to a socket, with one listener for all events. */
    attach(socket: GatewaySocket): void {
      socket.onAny((name: unknown, ...args: unknown[]) => {
        // A packet can still be on its way through the process when its socket has gone.
        if (socket.connected) void dispatch(socket, name, args);
      });
      socket.on('error' as never, (error: unknown) => {
        // A client may name an event "error" too; only the decoder's complaints are exceptions.
        if (error instanceof Error) log.warn({ userId: socket.data.caller.sub }, 'a malformed packet ended its socket');
      });
    },
  };
}

export type EventDispatcher = ReturnType<typeof createEventDispatcher>;
export type RegisterHandler = EventDispatcher['registerHandler'];
