import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { type Manifest, ofKind, workloadsOf } from '../manifests.ts';
import { dependenciesOf, servicesInCode } from '../services.ts';
import type { Rule } from './rule.ts';

type Spec = NonNullable<INetworkPolicy['spec']>;
type PolicyPeer = NonNullable<NonNullable<Spec['ingress']>[number]['from']>[number];
type PolicyPort = NonNullable<NonNullable<Spec['ingress']>[number]['ports']>[number];
type Selector = NonNullable<Spec['podSelector']>;

/** Who sends or is sent to: a pod here, a pod of another namespace, or an address outside. */
interface Party {
  name: string;
  labels?: Record<string, string>;
  /** Labels of its namespace; null for an address. */
  namespace: Record<string, string> | null;
  address?: string;
  /** Named ports of its container. */
  ports: Record<string, number>;
}

const here = { 'kubernetes.io/metadata.name': 'hallway' };
const outside: Party[] = [
  { name: 'front door', labels: { app: 'proxy' }, namespace: { 'hallway-front-door': 'true' }, ports: {} },
  { name: 'monitoring', labels: { app: 'prometheus' }, namespace: { 'hallway-monitoring': 'true' }, ports: {} },
  { name: 'a stranger', labels: { app: 'stranger' }, namespace: { 'kubernetes.io/metadata.name': 'other' }, ports: {} },
];
const addresses: Party[] = [
  { name: 'mongo elsewhere', namespace: null, address: '10.20.30.40', ports: {} },
  { name: 'valkey elsewhere', namespace: null, address: '192.168.1.2', ports: {} },
  { name: 'the internet', namespace: null, address: '203.0.113.7', ports: {} },
];
const dns: Party = {
  name: 'dns',
  labels: { 'k8s-app': 'kube-dns' },
  namespace: { 'kubernetes.io/metadata.name': 'kube-system' },
  ports: {},
};
const tracing: Party = { name: 'tracing', labels: {}, namespace: { 'hallway-tracing': 'true' }, ports: {} };
const storePorts = { mongo: 27017, valkey: 6379 } as const;

/** The edges that policies allow are exactly those that the configuration of the services names. */
export const networkPolicies: Rule = {
  name: 'edges of the dependency list',
  findFaults: (manifests) => {
    const policies = ofKind<INetworkPolicy>(manifests, 'NetworkPolicy');
    if (policies.length === 0) return [];
    const allowed = new Set(findAllowed(partiesOf(manifests), policies));
    const wanted = new Set(findWanted(manifests));
    // The address of a collector is a setting that all share, so all may reach it; who traces must.
    const permitted = new Set(servicesThatRun(manifests).map((name) => `${name} → tracing:4318`));
    return [
      ...[...allowed]
        .filter((edge) => !wanted.has(edge) && !permitted.has(edge))
        .map((edge) => `${edge} is allowed and nothing in the code needs it`),
      ...[...wanted]
        .filter((edge) => !allowed.has(edge))
        .map((edge) => `${edge} is needed by the code and not allowed`),
    ];
  },
};

/** A pod that somebody adds and no policy knows: what is denied by default is denied to it too. */
const newcomer: Party = { name: 'a newcomer', labels: { app: 'newcomer' }, namespace: here, ports: { http: 8080 } };

/** The pods of the render, and one more. */
function partiesOf(manifests: Manifest[]): Party[] {
  const pods = workloadsOf(manifests).map(({ name, labels, container }) => ({
    name,
    labels,
    namespace: here,
    ports: Object.fromEntries((container.ports ?? []).map((port) => [port.name ?? '', port.containerPort])),
  }));
  return [...pods, newcomer];
}

function findWanted(manifests: Manifest[]): string[] {
  const names = partiesOf(manifests).map(({ name }) => name);
  const inRender = Object.entries(servicesInCode).filter(([name]) => names.includes(name));
  const routed = ['web', ...inRender.filter(([, { isRouted }]) => isRouted).map(([name]) => name)];
  const doors = workloadsOf(manifests).filter(({ labels }) => labels['hallway-front-door'] === 'true');
  return [
    ...inRender.flatMap(([from, service]) =>
      dependenciesOf(service).flatMap(({ pod, port }) => edgesTo(pod, port, names).map((to) => `${from} → ${to}`)),
    ),
    ...routed.map((name) => `front door → ${name}:8080`),
    ...doors.flatMap(({ name: door }) =>
      routed.filter((name) => name !== door).map((name) => `${door} → ${name}:8080`),
    ),
    ...servicesThatRun(manifests).map((name) => `monitoring → ${name}:9080`),
    // Spans of browsers: deploy/nginx/start.sh.
    ...names.filter((name) => name === 'web').map((name) => `${name} → tracing:4318`),
    ...names.map((name) => `${name} → dns:53`),
  ];
}

/** Services of the render that serve until they are stopped. */
function servicesThatRun(manifests: Manifest[]): string[] {
  const names = workloadsOf(manifests).map(({ name }) => name);
  return names.filter((name) => servicesInCode[name] !== undefined && servicesInCode[name]?.stopWithinMs !== null);
}

/** A store lies here, elsewhere, or both ways; who may reach anywhere reaches all addresses. */
function edgesTo(pod: string, port: string | number, names: string[]): string[] {
  if (pod === 'anywhere') return addresses.map(({ name }) => `${name}:${port}`);
  if (pod in storePorts)
    return [...names.filter((name) => name === pod), `${pod} elsewhere`].map((to) => `${to}:${port}`);
  if (port === 'http') return [`${pod}:8080`];
  return [`${pod}:${port === 'internal' ? 9080 : port}`];
}

function findAllowed(pods: Party[], policies: INetworkPolicy[]): string[] {
  const ports = [53, 80, 443, 4318, 6379, 8080, 9080, 27017];
  const pairs = [
    ...pods.flatMap((from) => [...pods, dns, tracing, ...addresses].map((to) => ({ from, to }))),
    ...outside.flatMap((from) => pods.map((to) => ({ from, to }))),
  ];
  return pairs
    .filter(({ from, to }) => from !== to)
    .flatMap(({ from, to }) => {
      const open = ports.filter((port) => to.namespace !== here || Object.values(to.ports).includes(port));
      return open
        .filter((port) => isAllowed({ from, to, port }, policies) && !isOtherStore(to.name, port))
        .map((port) => `${from.name} → ${to.name}:${port}`);
    });
}

/** Ranges of addresses cannot tell which store lies where: only the port of each is looked at. */
function isOtherStore(name: string, port: number): boolean {
  const store = /^(mongo|valkey) elsewhere$/.exec(name)?.[1] as keyof typeof storePorts | undefined;
  return store !== undefined && Object.values<number>(storePorts).includes(port) && storePorts[store] !== port;
}

interface Edge {
  from: Party;
  to: Party;
  port: number;
}

function isAllowed(edge: Edge, policies: INetworkPolicy[]): boolean {
  const { from, to } = edge;
  const egress = policies.filter(({ spec }) => concerns(spec, from, 'Egress'));
  const ingress = policies.filter(({ spec }) => concerns(spec, to, 'Ingress'));
  const mayLeave =
    egress.length === 0 ||
    egress.some(({ spec }) => spec?.egress?.some((rule) => fits(edge, to, { peers: rule.to, ports: rule.ports })));
  const mayEnter =
    ingress.length === 0 ||
    ingress.some(({ spec }) =>
      spec?.ingress?.some((rule) => fits(edge, from, { peers: rule.from, ports: rule.ports })),
    );
  return mayLeave && mayEnter;
}

function concerns(spec: INetworkPolicy['spec'], party: Party, direction: 'Ingress' | 'Egress'): boolean {
  if (party.namespace !== here || spec === undefined) return false;
  return (spec.policyTypes ?? []).includes(direction) && selects(spec.podSelector, party.labels ?? {});
}

function fits(
  { to, port }: Edge,
  peer: Party,
  rule: { peers: PolicyPeer[] | undefined; ports: PolicyPort[] | undefined },
): boolean {
  const portFits =
    !rule.ports || rule.ports.some((one) => (typeof one.port === 'string' ? to.ports[one.port] : one.port) === port);
  return portFits && (!rule.peers || rule.peers.some((one) => isPeer(one, peer)));
}

function isPeer({ podSelector, namespaceSelector, ipBlock }: PolicyPeer, party: Party): boolean {
  if (ipBlock !== undefined) return party.address !== undefined && isWithin(party.address, ipBlock.cidr);
  if (party.namespace === null) return false;
  const namespaceFits = namespaceSelector ? selects(namespaceSelector, party.namespace) : party.namespace === here;
  return namespaceFits && (podSelector === undefined || selects(podSelector, party.labels ?? {}));
}

function selects(selector: Selector | undefined, labels: Record<string, string>): boolean {
  const exact = Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  const listed = (selector?.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    if (operator !== 'In') throw new Error(`the operator ${operator} is not understood here`);
    return values.includes(labels[key] ?? '');
  });
  return exact && listed;
}

function isWithin(address: string, cidr: string): boolean {
  const [base = '', bits = '32'] = cidr.split('/');
  if (base.includes(':')) return false;
  const shift = 32 - Number(bits);
  // A shift by all 32 bits is none at all.
  if (shift === 32) return true;
  return toNumber(address) >>> shift === toNumber(base) >>> shift;
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) >>> 0;
}
