/** What stands in a `traceparent` of W3C Trace Context. */
export interface TraceContext {
  /** 32 hex digits, not all zero. */
  traceId: string;
  /** 16 hex digits, not all zero: the span that the next one is a child of. */
  spanId: string;
  /** Whether the spans of this trace are recorded. */
  sampled: boolean;
}

// Versions after 00 may add fields at the end; ff is forbidden.
const traceparentPattern = /^(?:00|(?!ff)[0-9a-f]{2}(?=.{53}(?:$|-)))-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/;
const traceIdPattern = /^(?!0{32})[0-9a-f]{32}$/;
const zeros = /^0+$/;

/** Reads a `traceparent` from outside; null where it is absent or malformed. */
export function parseTraceparent(text: string | null | undefined): TraceContext | null {
  const found = text ? traceparentPattern.exec(text) : null;
  if (!found || !text) return null;
  const [whole, traceId = '', spanId = '', flags = ''] = found;
  if (text.startsWith('00') && text.length !== whole.length) return null;
  if (zeros.test(traceId) || zeros.test(spanId)) return null;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function formatTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/**
 * The trace of a message has the message's own id, `clientMessageId`, where that is 128 bits in hex, as the SDK makes it, or a
 * UUID. So nothing more has to cross the wire, every try of a send by whichever door is the same trace, and who knows a
 * message can look its trace up. Null for ids of any other form.
 */
export function traceIdOf(clientMessageId: string | undefined): string | null {
  const traceId = clientMessageId?.replaceAll('-', '').toLowerCase();
  return traceId !== undefined && traceIdPattern.test(traceId) ? traceId : null;
}

/**
 * Whether a trace is one of the share that is recorded, 0 to 1: by its id, so that the browser, every service and every try of
 * one message decide alike.
 */
export function isTraceInShare(traceId: string, share: number): boolean {
  return Number.parseInt(traceId.slice(-8), 16) < share * 2 ** 32;
}

/** The span of the client that sent the message, which both ends know without telling each other. */
export function clientSpanIdOf(traceId: string): string {
  const first = traceId.slice(0, 16);
  return zeros.test(first) ? traceId.slice(16) : first;
}
