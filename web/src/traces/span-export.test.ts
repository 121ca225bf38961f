import type { ClientSpan } from '@hallway/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSpanExport, readTraceShare } from './span-export.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A span whose trace lies at this place of all, 0 to 1. */
function spanAt(place: number): ClientSpan {
  const end = Math.floor(place * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
  const spanId = 'ab'.repeat(8);
  const traceId = `${spanId}00000000${end}`;
  return { name: 'write message', traceId, spanId, startedAt: 1_700_000_000_000, endedAt: 1_700_000_000_250 };
}

function start(share: number) {
  const posted: { path: string; body: { resourceSpans: { scopeSpans: { spans: unknown[] }[] }[] } }[] = [];
  const made = createSpanExport({ share, post: (path, body) => posted.push({ path, body: JSON.parse(body) }) });
  const spans = () => posted.flatMap(({ body }) => body.resourceSpans[0]?.scopeSpans[0]?.spans ?? []);
  return { ...made, posted, spans };
}

describe('createSpanExport', () => {
  it('when spans come, sends them together in OTLP after a few seconds', () => {
    const { onSpan, posted } = start(1);
    onSpan(spanAt(0.1));
    onSpan(spanAt(0.2));
    expect(posted).toEqual([]);
    vi.advanceTimersByTime(5000);
    expect(posted).toHaveLength(1);
    expect(posted[0]).toMatchObject({
      path: '/telemetry/v1/traces',
      body: {
        resourceSpans: [
          {
            resource: { attributes: expect.arrayContaining([{ key: 'service.name', value: { stringValue: 'web' } }]) },
            scopeSpans: [
              {
                spans: [
                  {
                    traceId: spanAt(0.1).traceId,
                    spanId: 'abababababababab',
                    name: 'write message',
                    kind: 3,
                    startTimeUnixNano: '1700000000000000000',
                    endTimeUnixNano: '1700000000250000000',
                  },
                  { traceId: spanAt(0.2).traceId },
                ],
              },
            ],
          },
        ],
      },
    });
  });

  it('when only a share is traced, sends the traces that the services record', () => {
    const { onSpan, flush, spans } = start(0.05);
    for (const place of [0, 0.049, 0.051, 0.9]) onSpan(spanAt(place));
    flush();
    expect(spans()).toMatchObject([{ traceId: spanAt(0).traceId }, { traceId: spanAt(0.049).traceId }]);
  });

  it('when the page goes, sends what waits at once, and nothing where nothing waits', () => {
    const { onSpan, flush, posted } = start(1);
    flush();
    onSpan(spanAt(0.5));
    flush();
    vi.advanceTimersByTime(10_000);
    expect(posted).toHaveLength(1);
  });

  it('when more wait than are held, drops the newest', () => {
    const { onSpan, flush, spans } = start(1);
    for (let count = 0; count < 60; count += 1) onSpan(spanAt(0.5));
    flush();
    expect(spans()).toHaveLength(50);
  });
});

describe('readTraceShare', () => {
  it.each([
    { timings: [{ name: 'traces', description: '0.05' }], share: 0.05 },
    {
      timings: [
        { name: 'cache', description: '' },
        { name: 'traces', description: '1' },
      ],
      share: 1,
    },
    { timings: [], share: null },
    { timings: [{ name: 'traces', description: '' }], share: null },
    { timings: [{ name: 'traces', description: '0' }], share: null },
    { timings: [{ name: 'traces', description: 'all' }], share: null },
  ])('when the page came with $timings, answers $share', ({ timings, share }) => {
    expect(readTraceShare(timings)).toBe(share);
  });
});
