import { createHash } from 'node:crypto';

export interface ImageReference {
  /** Where its registry answers, without a slash at the end. */
  registry: string;
  /** With its namespace: `library/node` for what is called `node`. */
  name: string;
  tag: string;
}

const dockerHub = 'https://registry-1.docker.io';

/** Kinds of manifests, indexes of several platforms first: their digest is the same on every machine. */
const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

// The OCI distribution specification lets a registry refuse larger ones; real indexes have a few kilobytes.
const manifestBytes = 4 * 1024 * 1024;
const answerWithinMs = 20_000;

/** Reads what docker takes after `FROM`; a digest behind it is left out. Throws where there is no tag. */
export function readReference(text: string): ImageReference {
  const [bare = ''] = text.split('@');
  const [, path = '', tag] = /^(.+?)(?::([A-Za-z0-9._-]+))?$/.exec(bare) ?? [];
  if (tag === undefined) throw new Error(`${text} has no tag`);
  const [first = '', ...others] = path.split('/');
  // As docker decides: a first part with a dot or a port is a host.
  if (others.length === 0 || !/[.:]|^localhost$/.test(first))
    return { registry: dockerHub, name: path.includes('/') ? path : `library/${path}`, tag };
  const isLocal = /^(localhost|127\.0\.0\.1)(:|$)/.test(first);
  return { registry: `${isLocal ? 'http' : 'https'}://${first}`, name: others.join('/'), tag };
}

/**
 * The digest that a tag names at its registry now, computed from the manifest itself. Signs in anonymously where the registry
 * asks for it. Throws with what stood in the way.
 */
export async function findDigest({ registry, name, tag }: ImageReference): Promise<string> {
  const url = `${registry}/v2/${name}/manifests/${tag}`;
  const first = await ask(url);
  const response = first.status === 401 ? await ask(url, await findToken(first, name)) : first;
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const body = Buffer.from(await response.arrayBuffer());
  if (body.length > manifestBytes) throw new Error(`${url} answered more than a manifest may have`);
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  const said = response.headers.get('docker-content-digest');
  if (said !== null && said !== digest) throw new Error(`${url} calls its answer ${said}, and it is ${digest}`);
  return digest;
}

async function ask(url: string, token?: string): Promise<Response> {
  const headers = { accept: manifestTypes, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  return await fetch(url, { headers, signal: AbortSignal.timeout(answerWithinMs) }).catch((cause: Error) => {
    throw new Error(`${url} cannot be reached`, { cause });
  });
}

async function findToken({ headers, url }: Response, name: string): Promise<string> {
  const challenge = headers.get('www-authenticate') ?? '';
  const of = (field: string) => new RegExp(`${field}="([^"]*)"`).exec(challenge)?.[1];
  const realm = of('realm');
  if (!/^bearer /i.test(challenge) || realm === undefined)
    throw new Error(`${url} wants a sign-in that is not known here`);
  const asked = new URL(realm);
  asked.searchParams.set('service', of('service') ?? '');
  asked.searchParams.set('scope', `repository:${name}:pull`);
  const response = await fetch(asked, { signal: AbortSignal.timeout(answerWithinMs) });
  if (!response.ok) throw new Error(`${asked.origin} answered ${response.status} to a sign-in`);
  const { token, access_token } = (await response.json()) as { token?: string; access_token?: string };
  const found = token ?? access_token;
  if (!found) throw new Error(`${asked.origin} gave no token`);
  return found;
}
