import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { Manifest } from './manifests.ts';
import { find, type Mutation, remove, set } from './mutations.ts';

const at = (kind: string, name: string, mutate: (manifest: Manifest) => void) => (manifests: Manifest[]) =>
  mutate(find(manifests, kind, name));
const without = (kind: string, name: string) => (manifests: Manifest[]) => {
  manifests.splice(manifests.indexOf(find(manifests, kind, name)), 1);
};
const of = (rule: string) => (what: string, mutate: Mutation['mutate']) => ({ rule, what, mutate });

const namespace = of('restricted namespace');
const budget = of('budgets that never block a drain');
const service = of('separate internal Services');
const route = of('routes of the one list');
const polling = of('polling only with a sticky cookie');
const idle = of('long idle sockets');
const scaler = of('autoscalers on metrics that exist');
const network = of('edges of the dependency list');
const scrape = of('scraping of every internal Service');
const migration = of('a migration before the rollout');
const setting = of('settings that the services read');

const ruleOf = (name: string) => `spec.rules.${name}`;

/** Faults of everything that is no workload, in a production with every component. */
export const campusMutations: Mutation[] = [
  namespace(
    'lets anything run',
    at('Namespace', 'hallway', (one) => set(one, 'metadata.labels', {})),
  ),
  namespace(
    'has an object elsewhere',
    at('Service', 'web', (one) => set(one, 'metadata.namespace', 'default')),
  ),

  budget(
    'demands what is there',
    at('PodDisruptionBudget', 'gateway', (one) =>
      Object.assign(one, {
        spec: { minAvailable: 3, selector: { matchLabels: { 'app.kubernetes.io/name': 'gateway' } } },
      }),
    ),
  ),
  budget(
    'lets none go',
    at('PodDisruptionBudget', 'auth', (one) => set(one, 'spec.maxUnavailable', 0)),
  ),
  budget('is missing', without('PodDisruptionBudget', 'message')),
  budget(
    'holds a single pod',
    at('HorizontalPodAutoscaler', 'gateway', (one) => set(one, 'spec.minReplicas', 1)),
  ),
  budget(
    'waits for what is broken',
    at('PodDisruptionBudget', 'web', (one) => remove(one, 'spec.unhealthyPodEvictionPolicy')),
  ),

  service(
    'opens the internal port',
    at('Service', 'gateway', (one) => set(one, 'spec.ports.0.targetPort', 'internal')),
  ),
  service(
    'mixes its ports',
    at('Service', 'auth', (one) =>
      set(one, 'spec.ports', [
        { name: 'http', port: 80, targetPort: 'http', appProtocol: 'http' },
        { name: 'internal', port: 9080, targetPort: 'internal', appProtocol: 'http' },
      ]),
    ),
  ),
  service(
    'leaves its protocol to guesses',
    at('Service', 'message', (one) => remove(one, 'spec.ports.0.appProtocol')),
  ),
  service(
    'selects nothing',
    at('Service', 'web', (one) => set(one, 'spec.selector', { 'app.kubernetes.io/name': 'none' })),
  ),
  service(
    'is open to the world',
    at('Service', 'gateway', (one) =>
      Object.assign((one as Manifest & { spec: object }).spec, { type: 'LoadBalancer' }),
    ),
  ),
  service('is missing', without('Service', 'worker-internal')),

  route(
    'has timeouts',
    at('HTTPRoute', 'hallway', (one) =>
      Object.assign((one as IHTTPRoute).spec?.rules?.[0] ?? {}, { timeouts: { request: '30s' } }),
    ),
  ),
  route(
    'leads to an internal Service',
    at('HTTPRoute', 'hallway-sockets', (one) => set(one, ruleOf('0.backendRefs.0.name'), 'gateway-internal')),
  ),
  route(
    'leads to the internal port',
    at('HTTPRoute', 'hallway', (one) => set(one, ruleOf('0.backendRefs.0.port'), 9080)),
  ),
  route(
    'forgets the directory',
    at('HTTPRoute', 'hallway', (one) => remove(one, ruleOf('0.matches.1'))),
  ),
  route(
    'has no pages',
    at('HTTPRoute', 'hallway', (one) => remove(one, ruleOf('2'))),
  ),
  route(
    'serves another host',
    at('HTTPRoute', 'hallway', (one) => set(one, 'spec.hostnames', ['other.example.edu'])),
  ),

  polling(
    'is on without a cookie',
    at('ConfigMap', 'settings-gateway', (one) => set(one, 'data.ALLOW_POLLING', 'true')),
  ),
  polling(
    'keeps clients by address',
    at('Service', 'gateway', (one) =>
      Object.assign((one as Manifest & { spec: object }).spec, { sessionAffinity: 'ClientIP' }),
    ),
  ),

  idle(
    'ends each socket after a minute',
    at('BackendTrafficPolicy', 'hallway-sockets', (one) => set(one, 'spec.timeout.http.requestTimeout', '60s')),
  ),
  idle(
    'is about other routes',
    at('BackendTrafficPolicy', 'hallway-sockets', (one) => set(one, 'spec.targetRefs.0.name', 'hallway')),
  ),

  scaler(
    'asks for a metric that nobody exports',
    at('HorizontalPodAutoscaler', 'gateway', (one) => set(one, 'spec.metrics.0.pods.metric.name', 'hallway_sockets')),
  ),
  scaler(
    'has another idea of what a gateway holds',
    at('ConfigMap', 'settings-gateway', (one) => set(one, 'data.CONNECTIONS_MAX', '10000')),
  ),
  scaler(
    'goes down at once',
    at('HorizontalPodAutoscaler', 'gateway', (one) =>
      set(one, 'spec.behavior.scaleDown.stabilizationWindowSeconds', 0),
    ),
  ),
  scaler(
    'scales what has a number',
    at('Deployment', 'worker', (one) => Object.assign((one as Manifest & { spec: object }).spec, { replicas: 2 })),
  ),
  scaler(
    'scales beyond the partitions',
    at('ScaledObject', 'message', (one) => set(one, 'spec.maxReplicaCount', 17)),
  ),
  scaler(
    'asks for the length of a list',
    at('ScaledObject', 'worker', (one) =>
      set(one, 'spec.triggers.0.metadata.query', 'max(bull_wait{namespace="hallway"})'),
    ),
  ),
  scaler(
    'takes nothing for zero',
    at('ScaledObject', 'message', (one) => remove(one, 'spec.triggers.0.metadata.ignoreNullValues')),
  ),
  scaler(
    'counts other installations',
    at('ScaledObject', 'message', (one) =>
      set(one, 'spec.triggers.0.metadata.query', 'max(hallway_partition_oldest_age_seconds)'),
    ),
  ),
  scaler(
    'scales nothing',
    at('ScaledObject', 'worker', (one) => set(one, 'spec.scaleTargetRef.name', 'workers')),
  ),
  scaler(
    'scales twice',
    at('ScaledObject', 'worker', (one) => set(one, 'spec.scaleTargetRef.name', 'message')),
  ),

  network('denies nothing', without('NetworkPolicy', 'default-deny')),
  network('has no names', without('NetworkPolicy', 'look-up-names')),
  network(
    'keeps the gateway from auth',
    at('NetworkPolicy', 'gateway', (one) => remove(one, 'spec.egress.0')),
  ),
  network(
    'lets the gateway at the database',
    at('NetworkPolicy', 'gateway', (one) => set(one, 'spec.egress.1.ports.0.port', 27017)),
  ),
  network(
    'lets the front door at internal ports',
    at('NetworkPolicy', 'from-front-door', (one) => set(one, 'spec.ingress.0.ports.0.port', 'internal')),
  ),
  network(
    'lets strangers in',
    at('NetworkPolicy', 'from-front-door', (one) => remove(one, 'spec.ingress.0.from')),
  ),
  network(
    'lets the worker into the world',
    at('NetworkPolicy', 'worker', (one) =>
      (one as INetworkPolicy).spec?.egress?.push({ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 443 }] }),
    ),
  ),
  network(
    'lets nobody scrape the worker',
    at('NetworkPolicy', 'from-monitoring', (one) =>
      set(one, 'spec.podSelector.matchExpressions.0.values', ['auth', 'message', 'gateway']),
    ),
  ),

  scrape(
    'misses a Service',
    at('Service', 'worker-internal', (one) => remove(one, 'metadata.labels.hallway-port')),
  ),
  scrape(
    'asks another path',
    at('ServiceMonitor', 'hallway', (one) => set(one, 'spec.endpoints.0.path', '/')),
  ),
  scrape(
    'hides our label',
    at('ServiceMonitor', 'hallway', (one) => remove(one, 'spec.endpoints.0.honorLabels')),
  ),
  scrape(
    'names no job',
    at('ServiceMonitor', 'hallway', (one) => remove(one, 'spec.jobLabel')),
  ),
  scrape(
    'has no bound',
    at('ServiceMonitor', 'hallway', (one) => remove(one, 'spec.sampleLimit')),
  ),

  migration('is missing', without('Job', 'migrate')),
  migration(
    'may hang',
    at('Job', 'migrate', (one) => remove(one, 'spec.activeDeadlineSeconds')),
  ),
  migration(
    'stands in the way of the next',
    at('Job', 'migrate', (one) => set(one, 'metadata.annotations', {})),
  ),

  of('secrets by reference')(
    'are written here',
    (manifests) =>
      void manifests.push({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys', namespace: 'hallway' } }),
  ),
  of('references that lead somewhere')('lead to no account', without('ServiceAccount', 'worker')),
  of('references that lead somewhere')(
    'are read by nobody',
    (manifests) =>
      void manifests.push({
        ...find(manifests, 'ConfigMap', 'settings-auth'),
        metadata: { name: 'unused', namespace: 'hallway' },
      }),
  ),
  of('fields that the API knows')(
    'have the wrong type',
    at('Service', 'web', (one) => set(one, 'spec.ports.0.port', 'eighty')),
  ),
  of('fields that the API knows')(
    'are of no kind',
    at('Service', 'web', (one) => set(one, 'kind', 'Servise')),
  ),

  setting(
    'are no number',
    at('ConfigMap', 'settings-gateway', (one) => set(one, 'data.PING_INTERVAL_MS', 'often')),
  ),
  setting(
    'drain longer than the grace allows',
    at('ConfigMap', 'settings-gateway', (one) => set(one, 'data.DRAIN_MS', '60000')),
  ),
  setting(
    'forget a knob',
    at('ConfigMap', 'settings-auth', (one) => remove(one, 'data.SESSION_IDLE_SECONDS')),
  ),
  setting(
    'want keys that no Secret has',
    at('ExternalSecret', 'hallway-auth', (one) => remove(one, 'spec.data.0')),
  ),
  setting(
    'are secrets that nobody reads',
    at('ExternalSecret', 'hallway-gateway', (one) =>
      (one as unknown as { spec: { data: object[] } }).spec.data.push({
        secretKey: 'MONGODB_URI',
        remoteRef: { key: 'x' },
      }),
    ),
  ),
];
