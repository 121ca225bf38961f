import { randomBytes } from 'node:crypto';
import { clientSpanIdOf, formatTraceparent, parseTraceparent, traceIdOf } from '@hallway/contracts';
import type { Log } from './log.ts';

/** One step of a message's way through a process. */
export interface Span {
  /** For the envelope of whatever follows; null where nothing came with one. */
  readonly traceparent: string | null;
  /** For the log. */
  readonly traceId: string | null;
  /** Whether it goes anywhere. */
  readonly recorded: boolean;
  /** Call it once. `error` is a stable code. Attributes are numbers and names of catalogues, never contents or people. */
  end(facts?: { error?: string; attributes?: Record<string, string | number | boolean> }): void;
}

export type SpanKind = 'server' | 'client' | 'producer' | 'consumer';

/** Where a trace begins: at a door through which a client sends. */
export interface TraceOrigin {
  clientMessageId?: string | undefined;
  /** As an HTTP request brought it; what is malformed counts as absent. */
  traceparent?: string | undefined;
  /** Whether the client exports a span of its own, the one that `clientSpanIdOf` names. */
  clientHasSpan?: boolean;
}

export interface MeasuredSpan {
  name: string;
  traceId: string;
  spanId: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  endedAt: number;
}

export interface Tracing {
  /** The first span of a message in Hallway. Here it is decided whether the trace is recorded. */
  enter(name: string, origin: TraceOrigin): Span;
  /** A span after the one that made this envelope, recorded if that one was. */
  follow(name: string, kind: SpanKind, traceparent: string | null | undefined): Span;
  /** A span that a client measured, under the ids that it has. Recorded for the same share of traces as anybody's. */
  report(span: MeasuredSpan): void;
  /** Sends what has not been sent, for two seconds at most. Never rejects. */
  stop(): Promise<void>;
}

export interface TracingOptions {
  service: string;
  instance: string;
  log: Log;
  config: {
    OTEL_EXPORTER_OTLP_ENDPOINT?: string;
    OTEL_TRACES_SAMPLER_ARG?: number;
    TRACES_PER_SECOND?: number;
  };
}

/** Passes the ids of traces on, for logs and for neighbours who record them, and records nothing. */
export const idsOnly: Tracing = {
  enter: (_name, origin) => passedOn(formatTraceparent({ ...toOrigin(origin), sampled: false })),
  follow: (_name, _kind, traceparent) => passedOn(traceparent),
  report: doNothing,
  stop: async () => undefined,
};

/** The trace that a door begins, or goes on with. A message's own id is preferred to a new one. */
export function toOrigin({ clientMessageId, traceparent }: TraceOrigin): { traceId: string; spanId: string } {
  const given = parseTraceparent(traceparent);
  if (given) return given;
  const traceId = traceIdOf(clientMessageId) ?? randomBytes(16).toString('hex');
  return { traceId, spanId: clientSpanIdOf(traceId) };
}

/** A span that is not recorded: the envelope goes on as it came. */
export function passedOn(traceparent: string | null | undefined): Span {
  const known = traceparent ?? null;
  return { traceparent: known, traceId: known?.slice(3, 35) ?? null, recorded: false, end: doNothing };
}

function doNothing(): void {}
