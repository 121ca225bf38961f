import { Type } from 'typebox';
import { idsOnly, type Tracing, type TracingOptions } from './spans.ts';

/** What every service is told of traces. */
export const tracingConfig = {
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: 'where traces go by OTLP over HTTP, without /v1/traces; without it only their ids are passed on',
    }),
  ),
  OTEL_TRACES_SAMPLER_ARG: Type.Number({
    minimum: 0,
    maximum: 1,
    default: 0.05,
    description: 'share of messages whose traces are recorded: one in twenty shows what is slow, and costs little',
  }),
  TRACES_PER_SECOND: Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 10,
    description: 'traces that a process begins to record in a second, however many messages come or ask for it',
  }),
} as const;

/** Traces as configured. What exports them is loaded only where there is somewhere to export them to. */
export async function openTracing(options: TracingOptions): Promise<Tracing> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = options.config;
  if (endpoint === undefined) return idsOnly;
  const { createExportedTracing } = await import('./exported-tracing.ts');
  return createExportedTracing({ ...options, endpoint });
}
