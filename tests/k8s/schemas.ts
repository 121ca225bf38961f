import * as externalSecrets from '@kubernetes-models/external-secrets/external-secrets.io/v1';
import * as gatewayApi from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import * as keda from '@kubernetes-models/keda/keda.sh/v1alpha1';
import * as prometheusOperator from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import * as traefik from '@kubernetes-models/traefik/traefik.io/v1alpha1';
import * as apps from 'kubernetes-models/apps/v1';
import * as autoscaling from 'kubernetes-models/autoscaling/v2';
import * as batch from 'kubernetes-models/batch/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import { type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Manifest } from './manifests.ts';

interface Model {
  prototype: { validate(this: unknown): void };
}

/** What the API servers of Kubernetes and of the usual controllers know, as packages of their published schemas. */
const models: Record<string, Record<string, unknown>> = {
  v1: core,
  'apps/v1': apps,
  'autoscaling/v2': autoscaling,
  'batch/v1': batch,
  'networking.k8s.io/v1': networking,
  'policy/v1': policy,
  'gateway.networking.k8s.io/v1': gatewayApi,
  'keda.sh/v1alpha1': keda,
  'monitoring.coreos.com/v1': prometheusOperator,
  'traefik.io/v1alpha1': traefik,
  'external-secrets.io/v1': externalSecrets,
};

const strict = { additionalProperties: false };
const metadata = Type.Object({
  name: Type.String(),
  namespace: Type.Optional(Type.String()),
  labels: Type.Optional(Type.Record(Type.String(), Type.String())),
});
const resource = (spec: TSchema) =>
  Type.Object({ apiVersion: Type.String(), kind: Type.String(), metadata, spec }, strict);
const target = Type.Object({ group: Type.String(), kind: Type.String(), name: Type.String() }, strict);
const duration = Type.String({ pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$' });

/** Controllers whose schemas no package carries: what of them is used here, by their reference documentation. */
const written: Record<string, TSchema> = {
  'networking.gke.io/v1 GCPBackendPolicy': resource(
    Type.Object(
      {
        default: Type.Object(
          {
            timeoutSec: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
            connectionDraining: Type.Object(
              { drainingTimeoutSec: Type.Integer({ minimum: 0, maximum: 3600 }) },
              strict,
            ),
          },
          strict,
        ),
        targetRef: target,
      },
      strict,
    ),
  ),
  'networking.gke.io/v1 HealthCheckPolicy': resource(
    Type.Object(
      {
        default: Type.Object(
          {
            checkIntervalSec: Type.Integer({ minimum: 1, maximum: 300 }),
            timeoutSec: Type.Integer({ minimum: 1, maximum: 300 }),
            healthyThreshold: Type.Integer({ minimum: 1, maximum: 10 }),
            unhealthyThreshold: Type.Integer({ minimum: 1, maximum: 10 }),
            config: Type.Object(
              {
                type: Type.Literal('HTTP'),
                httpHealthCheck: Type.Object(
                  {
                    portSpecification: Type.Literal('USE_FIXED_PORT'),
                    port: Type.Integer({ minimum: 1, maximum: 65_535 }),
                    requestPath: Type.String({ pattern: '^/' }),
                  },
                  strict,
                ),
              },
              strict,
            ),
          },
          strict,
        ),
        targetRef: target,
      },
      strict,
    ),
  ),
  'gateway.envoyproxy.io/v1alpha1 BackendTrafficPolicy': resource(
    Type.Object(
      {
        targetRefs: Type.Array(target, { minItems: 1 }),
        timeout: Type.Object(
          {
            http: Type.Object(
              { requestTimeout: duration, connectionIdleTimeout: duration, maxConnectionDuration: duration },
              strict,
            ),
          },
          strict,
        ),
      },
      strict,
    ),
  ),
};

/** What an API server would refuse in a manifest, or quietly drop: wrong types, missing fields, and fields it does not know. */
export function findSchemaFaults(manifest: Manifest): string[] {
  const { apiVersion, kind } = manifest;
  const own = written[`${apiVersion} ${kind}`];
  if (own !== undefined)
    return [...Value.Errors(own, manifest)].map((error) => `${error.instancePath} ${error.message}`);
  const model = models[apiVersion]?.[kind] as Model | undefined;
  if (model === undefined) return [`no schema is known of ${apiVersion} ${kind}`];
  const fields = watchFields(manifest);
  try {
    model.prototype.validate.call(fields.watched);
  } catch (error) {
    return [(error as Error).message];
  }
  return fields.untouched().map((path) => `${path} is a field that the schema does not know`);
}

/**
 * Wraps an object so that the fields which nobody looks at are known afterwards. The compiled schemas let unknown fields pass,
 * as an API server does that drops them; but to check a field they have to look at it.
 */
function watchFields(root: object) {
  const looks: { path: string; target: object; seen: Set<string> }[] = [];
  const wrap = (target: object, path: string): object => {
    const look = { path, target, seen: new Set<string>() };
    const wrapped = new Map<string, object>();
    looks.push(look);
    return new Proxy(target, {
      get(of, key) {
        const value = Reflect.get(of, key) as unknown;
        if (typeof key !== 'string') return value;
        look.seen.add(key);
        if (typeof value !== 'object' || value === null) return value;
        const known = wrapped.get(key) ?? wrap(value, `${path}/${key}`);
        wrapped.set(key, known);
        return known;
      },
    });
  };
  const watched = wrap(root, '');
  const untouched = () =>
    looks.flatMap(({ path, target, seen }) =>
      Object.keys(target)
        .filter((key) => !seen.has(key))
        .map((key) => `${path}/${key}`),
    );
  return { watched, untouched };
}
