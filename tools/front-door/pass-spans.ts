import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerHeaders, limits } from '@hallway/contracts';
import { sendError } from './error-answers.ts';

export interface TraceCollector {
  /** Its address by OTLP over HTTP, with the path. */
  url: URL;
  /** Share of messages that are recorded, 0 to 1, as the services are told. */
  share: number;
}

/** The one path below /telemetry that somebody may own. */
const spansPath = '/telemetry/v1/traces';

const collectorAnswersWithinMs = 5000;

export function bringsSpans({ url, method }: IncomingMessage): boolean {
  return method === 'POST' && url === spansPath;
}

/** Hands the body to the collector and nothing else: no cookie, no token, no address. At most 64 KiB. */
export async function passSpans(
  { url }: TraceCollector,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readWithin(request, limits.payloadBytes).catch(() => undefined);
  // A page that went away in the middle of it.
  if (body === undefined) return void response.destroy();
  if (body === null) return sendError(request, response, 'PAYLOAD_TOO_LARGE');
  const signal = AbortSignal.timeout(collectorAnswersWithinMs);
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', body, headers, signal }).catch(() => null);
  if (answer === null) return sendError(request, response, 'TEMPORARILY_UNAVAILABLE');
  await answer.body?.cancel();
  response.writeHead(answer.status, { ...answerHeaders, 'content-type': 'application/json; charset=utf-8' }).end('{}');
}

/** Null where it is longer; the rest is not read then. */
async function readWithin(request: IncomingMessage, bytes: number): Promise<Buffer<ArrayBuffer> | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
