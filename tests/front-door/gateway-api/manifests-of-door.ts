import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../guards/project-files.ts';
import { type Manifest, parseManifests } from '../../k8s/manifests.ts';
import { goldenPath } from '../../k8s/renders.ts';

/** What decides how requests reach a Service: everything that a controller of the Gateway API reads. */
const kinds = new Set(['Gateway', 'HTTPRoute', 'BackendTrafficPolicy']);

const routed = new Set(['auth', 'message', 'gateway', 'web']);

/** The front door of the campus in Kubernetes, from the committed render, and a digest that tells whether it has changed. */
export function readManifestsOfDoor(): { manifests: Manifest[]; digest: string } {
  const campus = parseManifests(readFileSync(join(root, goldenPath('campus')), 'utf8'));
  const manifests = campus.filter(
    ({ kind, metadata }) => kinds.has(kind) || (kind === 'Service' && routed.has(metadata.name)),
  );
  const digest = createHash('sha256').update(JSON.stringify(manifests)).digest('hex');
  return { manifests, digest };
}
