import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { findKustomize, type Kustomize } from '../../tools/kustomize/find-kustomize.ts';
import { readText, root } from '../guards/project-files.ts';
import type { Manifest } from './manifests.ts';
import { find, remove, set } from './mutations.ts';
import {
  componentNames,
  componentsFor,
  goldenPath,
  goldens,
  render,
  renderProdWithItsList,
  renderWith,
  toGolden,
  togetherSets,
} from './renders.ts';
import { allRules } from './rules/all-rules.ts';
import { longIdle, polling, routes } from './rules/door-rules.ts';
import { insistentSpread } from './rules/life-cycle-rules.ts';
import { schemas } from './rules/setting-rules.ts';

/** Building kustomize, where there is none, takes one core a minute, and a busy machine several. */
const BUILD_WITHIN_MS = 10 * 60 * 1000;

// A render is half a second of one core, and another program: beside the other tests it waits for its turn.
vi.setConfig({ testTimeout: 120_000 });

let kustomize: Kustomize;

beforeAll(async () => {
  kustomize = await findKustomize({ env: process.env, say: (line) => process.stdout.write(`${line}\n`) });
}, BUILD_WITHIN_MS);

const faultsOf = (manifests: Manifest[], rules = allRules) =>
  rules.flatMap(({ name, findFaults }) => findFaults(manifests).map((fault) => `${name}: ${fault}`));

describe('a committed render', () => {
  it.each(Object.entries(goldens))(
    'when %s is rendered, is what comes out ("node tests/k8s/main.ts" writes it anew)',
    async (name, folder) => {
      const committed = existsSync(join(root, goldenPath(name))) ? readText(goldenPath(name)) : '';
      expect(toGolden(await render(kustomize, folder))).toBe(committed);
    },
  );
});

const overlays = [goldens.dev, goldens.prod];
const alone = overlays.flatMap((overlay) => componentsFor(overlay).map((name) => [overlay, [name]] as const));
const together = overlays.flatMap((overlay) =>
  togetherSets(componentsFor(overlay)).map((names) => [overlay, names] as const),
);

describe('k8s', () => {
  it.each(alone)('when %s takes %s alone, follows every rule', async (overlay, names) => {
    expect(faultsOf(await renderWith(kustomize, overlay, [...names]))).toEqual([]);
  });

  it.each(together)('when %s takes %s together, follows every rule', async (overlay, names) => {
    expect(faultsOf(await renderWith(kustomize, overlay, names))).toEqual([]);
  });

  it.each([
    ['Traefik', (name: string) => name === 'traefik'],
    ['the Gateway API', (name: string) => name.startsWith('gateway-api')],
  ])(
    'when a site takes all that the list of production mentions but for %s, follows every rule',
    async (_, leaveOut) => {
      const manifests = await renderProdWithItsList(kustomize, leaveOut);
      expect(manifests.some(({ kind }) => kind === 'NetworkPolicy')).toBe(true);
      expect(faultsOf(manifests, [...allRules, insistentSpread])).toEqual([]);
    },
  );

  it('when a component is there, is mentioned in the list of production', () => {
    const list = readText('k8s/overlays/prod/kustomization.yaml');
    expect(componentNames.filter((name) => !list.includes(`../../components/${name}\n`))).toEqual([]);
  });

  it('when a site has an origin of its own, routes and services follow it', async () => {
    const text = JSON.stringify(await renderWith(kustomize, goldens.prod, ['gateway-api', 'traefik']));
    expect(text).toContain('school.example.org');
    expect(text).not.toContain('hallway.example.edu');
  });

  it('when the cookie of Traefik could be stolen or is missing, refuses it', async () => {
    const manifests = await renderWith(kustomize, goldens.prod, ['traefik']);
    const cookie = 'spec.routes.0.services.0.sticky.cookie';
    set(find(manifests, 'IngressRoute', 'hallway'), `${cookie}.secure`, false);
    expect(polling.findFaults(manifests)).not.toEqual([]);
    remove(find(manifests, 'IngressRoute', 'hallway'), cookie);
    expect(polling.findFaults(manifests)).not.toEqual([]);
  });

  it('when a route of Traefik fits in the middle of a segment, refuses it', async () => {
    const manifests = await renderWith(kustomize, goldens.prod, ['traefik']);
    const rule = 'Host(`school.example.org`) && PathPrefix(`/socket.io`)';
    set(find(manifests, 'IngressRoute', 'hallway'), 'spec.routes.0.match', rule);
    expect(routes.findFaults(manifests).join()).toContain('/socket.iox');
  });

  it("when Google's load balancer keeps its 30 seconds, refuses it", async () => {
    const manifests = await renderWith(kustomize, goldens.prod, ['gateway-api-gke']);
    remove(find(manifests, 'GCPBackendPolicy', 'gateway'), 'spec.default.timeoutSec');
    expect(longIdle.findFaults(manifests)).not.toEqual([]);
  });

  it('when production takes everything, still insists on its spread', async () => {
    const [names = []] = togetherSets(componentsFor(goldens.prod));
    expect(insistentSpread.findFaults(await renderWith(kustomize, goldens.prod, names))).toEqual([]);
  });

  it('when the example of an Ingress is rendered, leads where the front door does', async () => {
    const manifests = await render(kustomize, 'k8s/examples/ingress');
    expect(manifests.map(({ kind }) => kind)).toEqual(['Ingress']);
    expect(faultsOf(manifests, [schemas, routes])).toEqual([]);
  });
});
