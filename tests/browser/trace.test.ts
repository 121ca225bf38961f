import { eventually } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OtlpSink, startOtlpSink } from '../observability/otlp-sink.ts';
import { type RunningStack, startStack } from '../stack/start-stack.ts';
import { composer, messages, openConversation, signIn, useBrowser } from './browser-fixture.ts';

const visit = useBrowser();
let sink: OtlpSink;
let stack: RunningStack;

beforeAll(async () => {
  sink = await startOtlpSink();
  stack = await startStack({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.endpoint, OTEL_TRACES_SAMPLER_ARG: '1' } });
});
afterAll(async () => {
  await stack?.stop();
  await sink?.stop();
});

describe('a message that is written in a browser', () => {
  it('when traces are collected, has one that begins there, without a complaint of the content policy', async () => {
    const john = await visit({ origin: stack.origin });
    await signIn(john.page, 'john');
    await openConversation(john.page, 'Sarah Ali');
    await composer(john.page, 'Sarah Ali').fill('traced from the first key');
    await composer(john.page, 'Sarah Ali').press('Enter');
    await messages(john.page).filter({ hasText: 'traced from the first key' }).first().waitFor();
    await eventually(
      () => {
        const [written] = sink.spans.filter(({ service, name }) => service === 'web' && name === 'write message');
        const [sent] = sink.ofTrace(written?.traceId ?? '').filter(({ name }) => name === 'send message');
        expect(sent).toMatchObject({ service: 'gateway', parentSpanId: written?.spanId });
      },
      { withinMs: 20_000, everyMs: 200 },
    );
    expect(john.complaints).toEqual([]);
    await john.context.close();
  });
});
