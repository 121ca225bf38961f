import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import type { IIngressRoute } from '@kubernetes-models/traefik/traefik.io/v1alpha1';
import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1';
import type { IService } from 'kubernetes-models/v1';
import { routes as publicRoutes, routeOf } from '../../../tools/front-door/route-of.ts';
import { configMapNamed, hasLabels, type Manifest, ofKind, workloadsOf } from '../manifests.ts';
import { servicesInCode } from '../services.ts';
import type { Rule } from './rule.ts';

/** What may be routed is told from what may not by the Service, so that no route can name an internal port by mistake. */
export const services: Rule = {
  name: 'separate internal Services',
  findFaults: (manifests) => {
    const all = ofKind<IService>(manifests, 'Service');
    const names = workloadsOf(manifests).map(({ name }) => name);
    return [...all.flatMap((service) => serviceFaults(service, manifests)), ...findMissingServices(all, names)];
  },
};

function serviceFaults(service: IService & Manifest, manifests: Manifest[]): string[] {
  const { selector, ports = [], type = 'ClusterIP' } = service.spec ?? {};
  const selected = workloadsOf(manifests).filter(({ labels }) => hasLabels(labels, selector));
  const known = new Set(selected.flatMap(({ container }) => container.ports?.map(({ name }) => name) ?? []));
  const isInternal = service.metadata.labels?.['hallway-port'] === 'internal';
  const opensInternal = ports.some(({ targetPort, port }) => targetPort === 'internal' || port === 9080);
  const faults = [
    selected.length !== 1 && `selects ${selected.length} workloads`,
    type !== 'ClusterIP' && `is reachable from outside by its type, ${type}`,
    ports.length !== 1 && 'mixes ports, so that a route could take the wrong one',
    ports.some(({ appProtocol }) => !appProtocol) && 'leaves the protocol to guesses (appProtocol)',
    ports.some(({ targetPort }) => !known.has(String(targetPort))) && 'leads to a port that its pods do not name',
    isInternal !== opensInternal && 'is not labelled as what it is, internal or not',
    isInternal !== service.metadata.name.endsWith('-internal') && 'is not named as what it is, internal or not',
  ];
  return faults.filter((fault) => fault !== false).map((fault) => `Service ${service.metadata.name} ${fault}`);
}

function findMissingServices(all: (IService & Manifest)[], names: string[]): string[] {
  const inRender = Object.entries(servicesInCode).filter(([name]) => names.includes(name));
  const wanted = inRender.flatMap(([name, { isRouted, stopWithinMs }]) => [
    ...(isRouted ? [name] : []),
    ...(stopWithinMs === null ? [] : [`${name}-internal`]),
  ]);
  return ['web', ...wanted]
    .filter((name) => !all.some(({ metadata }) => metadata.name === name))
    .map((name) => `Service ${name} is missing`);
}

/** One way to a Service, in the words that all three kinds of routes can be brought to. */
interface Route {
  from: string;
  host: string;
  fits: (path: string) => boolean;
  /** The highest of those that fit is taken. */
  priority: number;
  service: string;
  port: string | number | undefined;
}

/** Does a path lie at or below a prefix, with segments as the unit? */
const isBelow = (prefix: string) => (path: string) => {
  const bare = prefix.replace(/\/$/, '');
  return path === bare || path.startsWith(`${bare}/`);
};

function routesOfGatewayApi(manifests: Manifest[]): Route[] {
  return ofKind<IHTTPRoute>(manifests, 'HTTPRoute').flatMap(({ metadata, spec }) =>
    (spec?.rules ?? []).flatMap(({ matches = [], backendRefs = [] }) =>
      backendRefs.flatMap(({ name, port }) =>
        matches.map(({ path }) => ({
          from: `HTTPRoute ${metadata.name}`,
          host: spec?.hostnames?.join() ?? 'any',
          fits: isBelow(path?.value ?? '/'),
          priority: path?.value?.length ?? 0,
          service: name,
          port,
        })),
      ),
    ),
  );
}

function routesOfTraefik(manifests: Manifest[]): Route[] {
  return ofKind<IIngressRoute>(manifests, 'IngressRoute').flatMap(({ metadata, spec }) =>
    (spec?.routes ?? []).flatMap(({ match, priority = 0, services: targets = [] }) => {
      const expressions = [...match.matchAll(/PathRegexp\(`([^`]+)`\)/g)].map((found) => new RegExp(found[1] ?? ''));
      const prefixes = [...match.matchAll(/PathPrefix\(`([^`]+)`\)/g)].map((found) => found[1] ?? '');
      return targets.map(({ name, port }) => ({
        from: `IngressRoute ${metadata.name}`,
        host: /Host\(`([^`]+)`\)/.exec(match)?.[1] ?? 'any',
        fits: (path: string) =>
          expressions.some((expression) => expression.test(path)) || prefixes.some((prefix) => path.startsWith(prefix)),
        priority: priority as number,
        service: name,
        port: port as string | number | undefined,
      }));
    }),
  );
}

function routesOfIngress(manifests: Manifest[]): Route[] {
  return ofKind<IIngress>(manifests, 'Ingress').flatMap(({ metadata, spec }) =>
    (spec?.rules ?? []).flatMap(({ host, http }) =>
      (http?.paths ?? []).map(({ path = '/', backend }) => ({
        from: `Ingress ${metadata.name}`,
        host: host ?? 'any',
        fits: isBelow(path),
        priority: path.length,
        service: backend.service?.name ?? '',
        port: backend.service?.port?.name ?? backend.service?.port?.number,
      })),
    ),
  );
}

/** Each prefix itself, what lies below it, what only looks like it, and what must never be answered by a service. */
const samples = [
  ...publicRoutes.flatMap(([prefix]) => [prefix, `${prefix}/`, `${prefix}/a/b`, `${prefix}x`, `/x${prefix}`]),
  ...['/', '/learningDashboard/studentChat/1/2', '/assets/a.js', '/favicon.ico', '/socketAio/', '/well-known'],
];

/** The web client says that there is no such thing, as the contract words it. */
const serviceOf = { auth: 'auth', message: 'message', gateway: 'gateway' } as const;

function serviceFor(path: string): string {
  const destination = routeOf(path);
  return destination in serviceOf ? serviceOf[destination as keyof typeof serviceOf] : 'web';
}

/** Every front door leads each path where `tools/front-door` leads it, to public ports only, and cuts no socket off. */
export const routes: Rule = {
  name: 'routes of the one list',
  findFaults: (manifests) => [
    ...[routesOfGatewayApi, routesOfTraefik, routesOfIngress].flatMap((read) =>
      routeFaults(read(manifests), manifests),
    ),
    ...ofKind<IHTTPRoute>(manifests, 'HTTPRoute').flatMap(({ metadata, spec }) =>
      (spec?.rules ?? [])
        .filter(({ timeouts }) => timeouts !== undefined)
        .map(() => `HTTPRoute ${metadata.name} has timeouts, which cut sockets off`),
    ),
  ],
};

function routeFaults(all: Route[], manifests: Manifest[]): string[] {
  if (all.length === 0) return [];
  const astray = samples.flatMap((path) => {
    const fitting = all.filter(({ fits }) => fits(path)).sort((one, other) => other.priority - one.priority);
    const wanted = serviceFor(path);
    const [taken] = fitting;
    return taken?.service === wanted ? [] : [`${all[0]?.from} leads ${path} to ${taken?.service}, not to ${wanted}`];
  });
  return [...astray, ...all.flatMap((route) => targetFaults(route, manifests))];
}

function targetFaults({ from, host, service, port }: Route, manifests: Manifest[]): string[] {
  const found = ofKind<IService>(manifests, 'Service').find(({ metadata }) => metadata.name === service);
  // An example has no Services of its own: then the names say it.
  const isInternal = service.endsWith('-internal') || found?.metadata.labels?.['hallway-port'] === 'internal';
  const open = (found?.spec?.ports ?? [{ name: 'http', port: 80 }]).some(
    (one) => one.name === port || one.port === port,
  );
  const faults = [
    isInternal && `routes to ${service}, which is internal`,
    !open && `routes to port ${port} of ${service}, which is not open`,
    !originHosts(manifests).includes(host) && `serves ${host}, which is not the origin`,
  ];
  return faults.filter((fault) => fault !== false).map((fault) => `${from} ${fault}`);
}

function originHosts(manifests: Manifest[]): string[] {
  const origins = ofKind(manifests, 'ConfigMap').map(
    ({ metadata }) => configMapNamed(manifests, metadata.name)?.HALLWAY_ORIGIN,
  );
  const hosts = origins.flatMap((origin) => (origin === undefined ? [] : [new URL(origin).hostname]));
  return hosts.length > 0 ? hosts : ['hallway.example.edu'];
}

/** Polls of one client belong to one gateway: long polling is on exactly where a cookie keeps them there. */
export const polling: Rule = {
  name: 'polling only with a sticky cookie',
  findFaults: (manifests) => {
    const maps = ofKind(manifests, 'ConfigMap').map(({ metadata }) => configMapNamed(manifests, metadata.name));
    const isOn = maps.some((map) => map?.ALLOW_POLLING === 'true');
    const cookies = ofKind<IIngressRoute>(manifests, 'IngressRoute').flatMap(({ spec }) =>
      (spec?.routes ?? []).flatMap(({ services: targets = [] }) =>
        targets.filter(({ name }) => name === 'gateway').map(({ sticky }) => sticky?.cookie),
      ),
    );
    const safe = cookies.filter((cookie) => cookie?.name && cookie.secure && cookie.httpOnly);
    return [
      ...(isOn && safe.length === 0 ? ['polling is on, and no secure cookie keeps a client on its gateway'] : []),
      ...(!isOn && cookies.length > 0 ? ['a cookie keeps clients on gateways although polling is off'] : []),
      ...ofKind<IService>(manifests, 'Service')
        .filter(({ spec }) => spec?.sessionAffinity === 'ClientIP')
        .map(({ metadata }) => `Service ${metadata.name} keeps clients by address, and a campus shares one`),
    ];
  },
};

interface TimeoutPolicy {
  spec: {
    default?: { timeoutSec?: number };
    timeout?: { http?: { requestTimeout?: string; connectionIdleTimeout?: string } };
    targetRef?: { name: string };
    targetRefs?: { name: string }[];
  };
}

/** What a controller is told about time must leave a silent socket alone for longer than its pings take. */
export const longIdle: Rule = {
  name: 'long idle sockets',
  findFaults: (manifests) => {
    const google = ofKind<TimeoutPolicy>(manifests, 'GCPBackendPolicy').filter(
      ({ spec }) => spec.targetRef?.name !== 'gateway' || (spec.default?.timeoutSec ?? 30) < 3600,
    );
    const envoy = ofKind<TimeoutPolicy>(manifests, 'BackendTrafficPolicy').filter(
      ({ spec }) =>
        !spec.targetRefs?.some(({ name }) => name === 'hallway-sockets') ||
        spec.timeout?.http?.requestTimeout !== '0s' ||
        Number.parseInt(spec.timeout.http.connectionIdleTimeout ?? '0', 10) < 45,
    );
    return [...google, ...envoy].map(({ kind, metadata }) => `${kind} ${metadata.name} cuts sockets off`);
  },
};
