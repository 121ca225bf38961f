import { clientSpanIdOf, formatTraceparent, traceIdOf } from '@hallway/contracts';
import type { OutboxEntry } from './types.ts';

/** From writing a message to hearing that it is stored, whatever tries that took: the root span of its trace. */
export interface ClientSpan {
  name: 'write message';
  traceId: string;
  spanId: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  endedAt: number;
}

export type SpanListener = (span: ClientSpan) => void;

/** Tells of a message that is stored, once for each. */
export function reportSend(onSpan: SpanListener, { clientMessageId, createdAt }: OutboxEntry, endedAt: number): void {
  const traceId = traceIdOf(clientMessageId);
  if (traceId === null) return;
  const startedAt = Date.parse(createdAt);
  onSpan({ name: 'write message', traceId, spanId: clientSpanIdOf(traceId), startedAt, endedAt });
}

/** What an HTTP request says of the trace; the socket says it once, when it connects. */
export function toSendTrace(clientMessageId: string): { traceparent?: string } {
  const traceId = traceIdOf(clientMessageId);
  return traceId === null
    ? {}
    : { traceparent: formatTraceparent({ traceId, spanId: clientSpanIdOf(traceId), sampled: false }) };
}
