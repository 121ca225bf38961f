import { createServer } from 'node:http';
import { buildFrontDoor } from './front-door.ts';

/** Everything comes from `npm start`; a missing value is a fault of ours and ends the process with its name. */
function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`The front door needs ${name}.`);
  return value;
}

function urls(name: string): URL[] {
  return required(name)
    .split(',')
    .map((url) => new URL(url));
}

/** As the services are told, by the variables of OpenTelemetry. */
function traces() {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: share = '0.05' } = process.env;
  if (!endpoint) return {};
  return { traces: { url: new URL(`${endpoint.replace(/\/$/, '')}/v1/traces`), share: Number(share) } };
}

const door = buildFrontDoor({
  webFolder: required('WEB_DIST'),
  authUrl: new URL(required('AUTH_URL')),
  messageUrls: urls('MESSAGE_URLS'),
  gatewayUrls: urls('GATEWAY_URLS'),
  ...traces(),
});
await door.listen(Number(required('PORT')));

// Contract section 7; the door has no store, so it is ready when it listens.
const internal = createServer((request, response) => {
  const known = request.url === '/livez' || request.url === '/readyz';
  response.writeHead(known ? 200 : 404, { 'content-type': 'application/json; charset=utf-8' });
  response.end(known ? '{"status":"ok","degraded":[]}' : '{}');
});
internal.listen(Number(required('INTERNAL_PORT')), '127.0.0.1');

for (const name of ['SIGTERM', 'SIGINT'] as const)
  process.once(name, () => void door.close().then(() => process.exit(0)));
