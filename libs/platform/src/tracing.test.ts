import { parseTraceparent } from '@hallway/contracts';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { idsOnly, type Tracing } from './spans.ts';
import { openTracing } from './tracing.ts';

const clientMessageId = '4bf92f3577b34da6a3ce929d0e0e4736';
const header = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const log = pino({ level: 'silent' });
let tracing: Tracing = idsOnly;

// Nobody listens there: what is recorded is dropped.
const open = (config: object) =>
  openTracing({
    service: 'test',
    instance: 'test',
    log,
    config: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', ...config },
  });

afterEach(() => tracing.stop());

describe('openTracing', () => {
  it('when there is nowhere to export to, passes ids on and records nothing', async () => {
    expect(await openTracing({ service: 'test', instance: 'test', log, config: {} })).toBe(idsOnly);
    const span = idsOnly.enter('send', { clientMessageId });
    expect(span).toMatchObject({ traceId: clientMessageId, recorded: false });
    expect(parseTraceparent(span.traceparent)?.sampled).toBe(false);
    expect(idsOnly.follow('commit', 'consumer', span.traceparent).traceparent).toBe(span.traceparent);
    expect(idsOnly.follow('commit', 'consumer', null).traceparent).toBeNull();
  });

  it('when a request brings a trace, goes on with it, and does not obey its wish to be recorded', async () => {
    tracing = await open({ OTEL_TRACES_SAMPLER_ARG: 0 });
    const span = tracing.enter('send', { clientMessageId, traceparent: header });
    expect(span).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c', recorded: false });
  });

  it('when a trace is recorded, what follows it is recorded as well, under new ids of the same trace', async () => {
    tracing = await open({ OTEL_TRACES_SAMPLER_ARG: 1 });
    const send = tracing.enter('send', { clientMessageId });
    const commit = tracing.follow('commit', 'consumer', send.traceparent);
    expect([send, commit].map(({ traceId, recorded }) => [traceId, recorded])).toEqual(
      Array.from({ length: 2 }, () => [clientMessageId, true]),
    );
    expect(commit.traceparent).not.toBe(send.traceparent);
    commit.end();
    send.end({ error: 'INTERNAL' });
  });

  it('when more traces come than it may begin to record, records no more of them', async () => {
    tracing = await open({ OTEL_TRACES_SAMPLER_ARG: 1, TRACES_PER_SECOND: 2 });
    const spans = Array.from({ length: 10 }, () => tracing.enter('send', {}));
    expect(spans.filter(({ recorded }) => recorded).length).toBe(2);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(10);
  });

  it('when an id has no form of a trace id, takes another', () => {
    expect(idsOnly.enter('send', { clientMessageId: 'hello' }).traceId).toMatch(/^[0-9a-f]{32}$/);
  });
});
