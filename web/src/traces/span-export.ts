import type { ClientSpan, SpanListener } from '@hallway/client';
import { isTraceInShare } from '@hallway/contracts';

/** Where the front door takes spans and hands them to the collector, which this page never learns of. */
const tracesPath = '/telemetry/v1/traces';

// A message is written every few seconds at most. What a page holds back is gone with it, so it is little.
const sendEveryMs = 5000;
const heldSpans = 50;

export interface SpanExportOptions {
  /** Which part of all messages is traced, 0 to 1; the services decide by the same ids. */
  share: number;
  /** Sends a body to the front door and waits for nothing. */
  post: (path: string, body: string) => void;
}

/**
 * Hands the client's spans to the front door, in OTLP as JSON, every few seconds. At most fifty wait; more are dropped. `flush`
 * sends what waits, for a page that goes away.
 */
export function createSpanExport({ share, post }: SpanExportOptions) {
  let held: ClientSpan[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (held.length > 0) post(tracesPath, JSON.stringify(toOtlp(held)));
    held = [];
  }

  const onSpan: SpanListener = (span) => {
    if (held.length >= heldSpans || !isTraceInShare(span.traceId, share)) return;
    held.push(span);
    timer ??= setTimeout(flush, sendEveryMs);
  };
  return { onSpan, flush };
}

/** `ExportTraceServiceRequest` of opentelemetry-proto, in its JSON form: ids in hex, times as decimal strings. */
function toOtlp(spans: ClientSpan[]) {
  const attributes = [
    { key: 'service.namespace', value: { stringValue: 'hallway' } },
    { key: 'service.name', value: { stringValue: 'web' } },
  ];
  return {
    resourceSpans: [
      { resource: { attributes }, scopeSpans: [{ scope: { name: 'hallway' }, spans: spans.map(toSpan) }] },
    ],
  };
}

const clientKind = 3;

function toSpan({ name, traceId, spanId, startedAt, endedAt }: ClientSpan) {
  return {
    traceId,
    spanId,
    name,
    kind: clientKind,
    startTimeUnixNano: toNanos(startedAt),
    endTimeUnixNano: toNanos(endedAt),
  };
}

function toNanos(ms: number): string {
  return `${BigInt(Math.round(ms)) * 1_000_000n}`;
}

/**
 * The share that the front door named when it sent this page, in `Server-Timing: traces;desc="0.05"`; null where it takes no
 * spans.
 */
export function readTraceShare(
  timings: readonly Pick<PerformanceServerTiming, 'name' | 'description'>[],
): number | null {
  const found = timings.find(({ name }) => name === 'traces');
  const share = Number(found?.description || Number.NaN);
  return share > 0 && share <= 1 ? share : null;
}

/** The listener for this page's spans, sent at the latest when the page is hidden; undefined where nobody takes them. */
export function startSpanExport(page: Window & typeof globalThis): SpanListener | undefined {
  const [navigation] = page.performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  const share = readTraceShare(navigation?.serverTiming ?? []);
  if (share === null) return undefined;
  const { onSpan, flush } = createSpanExport({
    share,
    post(path, body) {
      const headers = { 'content-type': 'application/json' };
      // A span that is lost is no fault of anybody's.
      page.fetch(path, { method: 'POST', body, headers, keepalive: true, credentials: 'omit' }).catch(() => undefined);
    },
  });
  page.addEventListener('pagehide', flush);
  page.document.addEventListener('visibilitychange', () => {
    if (page.document.visibilityState === 'hidden') flush();
  });
  return onSpan;
}
