import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createHallwayClient, type HallwayClient } from '@hallway/client';
import { eventually } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSpanExport } from '../../web/src/traces/span-export.ts';
import { root } from '../guards/project-files.ts';
import { type RunningStack, startStack } from '../stack/start-stack.ts';
import { signIn } from '../stack/wire-client.ts';
import { readMetricTable } from './metric-table.ts';
import { type OtlpSink, startOtlpSink } from './otlp-sink.ts';
import { declaredName, formatLabels, labelValues, type Scrape, scrape } from './scrape.ts';

const processes = ['auth', 'message', 'gateway-1', 'gateway-2', 'worker'];
const table = readMetricTable();
let sink: OtlpSink;
let stack: RunningStack;
let probe: { child: ChildProcess; origin: string };
let client: HallwayClient;

const gatewayOf = (number: number) => `http://localhost:${stack.portBase + 10 + number}`;

async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

async function startProbe() {
  const port = await findPort();
  const child = spawn(process.execPath, [join(root, 'services/probe/src/main.ts')], {
    stdio: 'ignore',
    env: {
      ...process.env,
      LOG_LEVEL: 'info',
      HALLWAY_ENV: 'development',
      HALLWAY_ORIGIN: stack.origin,
      HOST: '127.0.0.1',
      INTERNAL_PORT: String(port),
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.endpoint,
      OTEL_TRACES_SAMPLER_ARG: '1',
      PROBE_GATEWAYS: [1, 2].map(gatewayOf).join(),
      PROBE_SENDER_USERNAME: 'tom',
      PROBE_SENDER_PASSWORD: 'hallway-demo',
      PROBE_RECEIVER_USERNAME: 'alex',
      PROBE_RECEIVER_PASSWORD: 'hallway-demo',
      PROBE_INTERVAL_MS: '1000',
    },
  });
  return { child, origin: `http://127.0.0.1:${port}` };
}

beforeAll(async () => {
  sink = await startOtlpSink();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.endpoint, OTEL_TRACES_SAMPLER_ARG: '1', TRACES_PER_SECOND: '1000' };
  stack = await startStack({ env: { ...env, NOTIFY_AFTER_SECONDS: '1' } });
  probe = await startProbe();
  // As the page does it.
  const { onSpan } = createSpanExport({
    share: 1,
    post: (path, body) => void fetch(`${stack.origin}${path}`, { method: 'POST', body }),
  });
  client = createHallwayClient({ origin: stack.origin, onSpan });
  await client.signIn('john', 'hallway-demo');
});

afterAll(async () => {
  client?.destroy();
  if (probe && probe.child.exitCode === null) {
    const ended = once(probe.child, 'exit');
    probe.child.kill('SIGTERM');
    await ended;
  }
  await stack?.stop();
  await sink?.stop();
});

/** Sends to somebody who is away, and answers the id of the message's trace. */
async function sendTo(username: string, content: string): Promise<string> {
  const { people } = await client.people({ query: username });
  const { id } = await client.openDirectRoom(people.find((person) => person.username === username)?.id ?? '');
  const timeline = client.openTimeline(id);
  await eventually(() => expect(timeline.getSnapshot().status).toBe('ready'), { withinMs: 10_000 });
  timeline.send(content);
  const own = () => timeline.getSnapshot().messages.findLast((message) => message.content === content);
  await eventually(() => expect(own()?.stored).not.toBeNull(), { withinMs: 10_000 });
  timeline.close();
  return own()?.clientMessageId ?? '';
}

describe('the trace of a message', () => {
  it('when it is sent to somebody who is away, leads from the client to the push under its own id', async () => {
    const traceId = await sendTo('sarah', 'a message with a trace');
    const served = ['commit message', 'deliver notification', 'fan out', 'plan notification', 'push', 'send message'];
    const names = [...served, 'write message'];
    const spans = await eventually(
      () => {
        const found = sink.ofTrace(traceId);
        expect([...new Set(found.map(({ name }) => name))].sort()).toEqual(names);
        return found;
      },
      { withinMs: 20_000, everyMs: 200 },
    );
    expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(['gateway', 'message', 'web', 'worker']));
    const parentOf = (name: string) => spans.find((span) => span.name === name)?.parentSpanId;
    const idOf = (name: string) => spans.find((span) => span.name === name)?.spanId;
    expect(parentOf('write message')).toBeUndefined();
    expect(parentOf('send message')).toBe(idOf('write message'));
    expect(parentOf('commit message')).toBe(idOf('send message'));
    expect(parentOf('fan out')).toBe(idOf('commit message'));
    expect(parentOf('plan notification')).toBe(idOf('commit message'));
    expect(parentOf('deliver notification')).toBe(idOf('plan notification'));
    expect(parentOf('push')).toBe(idOf('deliver notification'));
    expect(JSON.stringify(spans)).not.toContain('a message with a trace');
    const pushed = stack.logOf('worker').find(({ message }) => message === 'notification delivered');
    expect(pushed?.traceId).toBe(traceId);
  });

  it('when an HTTP send names a trace, goes on with it', async () => {
    const [john, sarah] = await Promise.all(['john', 'sarah'].map((name) => signIn(name, { origin: stack.origin })));
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const response = await fetch(`${stack.origin}/api/messages`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${john?.accessToken}`,
        'content-type': 'application/json',
        traceparent: `00-${traceId}-b7ad6b7169203331-00`,
      },
      body: JSON.stringify({ to: sarah?.user.id, text: 'by another door' }),
    });
    expect(response.status).toBe(201);
    await eventually(
      () => {
        const [send] = sink.ofTrace(traceId).filter(({ name }) => name === 'send message');
        expect(send).toMatchObject({ service: 'message', parentSpanId: 'b7ad6b7169203331' });
        expect(sink.ofTrace(traceId).map(({ name }) => name)).toContain('fan out');
      },
      { withinMs: 10_000, everyMs: 100 },
    );
  });
});

describe('the probe', () => {
  it('when two gateways run, sees a message through each pair and traces it', async () => {
    await eventually(
      async () => {
        const { samples } = await scrape(probe.origin);
        const seen = samples.filter(({ name, labels }) => name.endsWith('messages_total') && labels.result === 'seen');
        expect(new Set(seen.map(({ labels }) => `${labels.from}>${labels.to}`))).toEqual(
          new Set(['1>1', '1>2', '2>1', '2>2']),
        );
        expect(sink.spans.filter(({ service }) => service === 'probe').map(({ name }) => name)).toContain(
          'write message',
        );
      },
      { withinMs: 40_000, everyMs: 500 },
    );
  });
});

/** Each person may open a hundred rooms at once. */
async function openRooms(username: string, count: number): Promise<void> {
  const owner = createHallwayClient({ origin: stack.origin });
  await owner.signIn(username, 'hallway-demo');
  const { people } = await owner.people({});
  const titles = Array.from({ length: count }, (_, number) => `Room ${number} of ${username}`);
  const memberIds = [people[0]?.id ?? ''];
  while (titles.length > 0) {
    const some = titles.splice(0, 10);
    await Promise.all(some.map((title) => owner.createRoom({ type: 'group', title, memberIds })));
  }
  owner.destroy();
}

describe('the metrics of a running stack with five hundred rooms', () => {
  const scrapes = new Map<string, Scrape>();

  beforeAll(async () => {
    for (const username of ['chen', 'okafor', 'john', 'sarah', 'mike']) await openRooms(username, 100);
    // What would else have no series yet: a refusal, a wrong password, and a missing page.
    await signIn('nobody', { origin: stack.origin }).catch(() => undefined);
    await fetch(`${stack.origin}/api/rooms/${'0'.repeat(24)}`);
    for (const name of processes) scrapes.set(name, await scrape(`http://127.0.0.1:${stack.internalPortOf(name)}`));
    scrapes.set('probe', await scrape(probe.origin));
  });

  it.each([...processes, 'probe'])('of %s are those that the document lists, with their types', (name) => {
    const service = name.replace(/-\d$/, '');
    const exported = [...(scrapes.get(name)?.types ?? [])].filter(([metric]) => metric.startsWith('hallway_'));
    const listed = table.filter(({ of }) => of.includes(service)).map((metric) => [metric.name, metric.type]);
    expect(exported.sort()).toEqual(listed.sort());
  });

  it.each([...processes, 'probe'])(
    'of %s have the labels that the document lists, and values of their sets',
    (name) => {
      const found = scrapes.get(name) as Scrape;
      const own = found.samples.filter((sample) => sample.name.startsWith('hallway_'));
      for (const sample of own) {
        const labels = Object.keys(sample.labels).filter((label) => !formatLabels.has(label));
        const listed = table.find((metric) => metric.name === declaredName(found, sample));
        expect({ name: sample.name, labels: labels.sort() }).toEqual({ name: sample.name, labels: listed?.labels });
        for (const label of labels)
          expect(sample.labels[label], `${sample.name} ${label}`).toMatch(labelValues[label] ?? /$^/);
      }
      expect(own.length).toBeGreaterThan(0);
    },
  );

  it.each([...processes, 'probe'])('of %s are at most 2,000 series', (name) => {
    expect(scrapes.get(name)?.samples.length).toBeLessThanOrEqual(2000);
  });
});
