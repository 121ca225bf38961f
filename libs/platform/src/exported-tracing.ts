import { formatTraceparent, isTraceInShare, parseTraceparent } from '@hallway/contracts';
import {
  type Context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, RandomIdGenerator, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Log } from './log.ts';
import { passedOn, type Span, type TraceOrigin, type Tracing, type TracingOptions, toOrigin } from './spans.ts';
import { createTokenBuckets } from './token-bucket.ts';

type ExportedTracingOptions = TracingOptions & { endpoint: string };

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

// Five spans for each of ten traces a second wait a second: far below it. A collector that is away costs this many spans of
// memory, and then the newest are dropped.
const maxQueueSize = 2048;
const scheduledDelayMillis = 1000;
const exportTimeoutMillis = 5000;
const stopWithinMs = 2000;

/** Traces that go to a collector by OTLP. */
export function createExportedTracing(options: ExportedTracingOptions): Tracing {
  const ids = createIds();
  const provider = createProvider(options, ids);
  const tracer = provider.getTracer('hallway');
  const mayRecord = createSampler(options.config);

  return {
    enter(name, origin) {
      const { traceId, spanId } = toOrigin(origin);
      if (!mayRecord(traceId)) return passedOn(formatTraceparent({ traceId, spanId, sampled: false }));
      const parent = hasParent(origin) ? toContext({ traceId, spanId }) : ROOT_CONTEXT;
      if (parent === ROOT_CONTEXT) ids.next(traceId);
      return start({ tracer, name, kind: SpanKind.SERVER, parent });
    },
    follow(name, kind, traceparent) {
      const before = parseTraceparent(traceparent);
      if (!before?.sampled) return passedOn(traceparent);
      return start({ tracer, name, kind: kinds[kind], parent: toContext(before) });
    },
    report({ name, traceId, spanId, startedAt, endedAt }) {
      if (!mayRecord(traceId)) return;
      ids.next(traceId, spanId);
      tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime: startedAt, root: true }, ROOT_CONTEXT).end(endedAt);
    },
    async stop() {
      const sent = provider.shutdown().catch(() => undefined);
      await Promise.race([sent, new Promise((resolve) => setTimeout(resolve, stopWithinMs).unref())]);
    },
  };
}

function createProvider(
  { endpoint, service, instance, log }: ExportedTracingOptions,
  idGenerator: Ids,
): TracerProvider {
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  const exporter = sayWhenAway(new OTLPTraceExporter({ url, timeoutMillis: exportTimeoutMillis }), log);
  return new TracerProvider({
    resource: resourceFromAttributes({
      'service.namespace': 'hallway',
      'service.name': service,
      'service.instance.id': instance,
    }),
    idGenerator,
    spanLimits: { attributeCountLimit: 16, attributeValueLengthLimit: 128 },
    spanProcessors: [new BatchSpanProcessor({ exporter, maxQueueSize, scheduledDelayMillis, exportTimeoutMillis })],
  });
}

interface Ids {
  generateTraceId(): string;
  generateSpanId(): string;
  /** The ids of the trace that is begun next, on the same call stack, and of its first span where that is known. */
  next(traceId: string, spanId?: string): void;
}

function createIds(): Ids {
  const random = new RandomIdGenerator();
  let wanted: string | null = null;
  let wantedSpan: string | null = null;
  return {
    generateSpanId: () => {
      const spanId = wantedSpan ?? random.generateSpanId();
      wantedSpan = null;
      return spanId;
    },
    generateTraceId: () => {
      const traceId = wanted ?? random.generateTraceId();
      wanted = null;
      return traceId;
    },
    next(traceId, spanId) {
      wanted = traceId;
      wantedSpan = spanId ?? null;
    },
  };
}

/**
 * By the trace's id, so that every try of one message is decided alike; and no more than so many in a second, because ids and
 * headers come from outside and could all ask to be recorded.
 */
function createSampler(config: TracingOptions['config']): (traceId: string) => boolean {
  const { OTEL_TRACES_SAMPLER_ARG: share = 1, TRACES_PER_SECOND: perSecond = 10 } = config;
  const buckets = createTokenBuckets({ burst: perSecond, perSecond });
  return (traceId) => isTraceInShare(traceId, share) && buckets.take('trace') === 0;
}

function hasParent({ traceparent, clientHasSpan }: TraceOrigin): boolean {
  return clientHasSpan === true || parseTraceparent(traceparent) !== null;
}

function toContext({ traceId, spanId }: { traceId: string; spanId: string }): Context {
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true });
}

function start({
  tracer,
  name,
  kind,
  parent,
}: {
  tracer: Tracer;
  name: string;
  kind: SpanKind;
  parent: Context;
}): Span {
  const span = tracer.startSpan(name, { kind }, parent);
  const { traceId, spanId } = span.spanContext();
  return {
    traceparent: formatTraceparent({ traceId, spanId, sampled: true }),
    traceId,
    recorded: true,
    end({ error, attributes = {} } = {}) {
      span.setAttributes(attributes);
      if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
      span.end();
    },
  };
}

/** The SDK is silent about a collector that is away; it is told once, and once more when the collector is back. */
function sayWhenAway(exporter: SpanExporter, log: Log): SpanExporter {
  let away = false;
  return {
    export(spans, onDone) {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined;
        if (failed && !away) log.warn({ err: result.error }, 'traces cannot be exported');
        if (!failed && away) log.info('traces are exported again');
        away = failed;
        onDone(result);
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}
