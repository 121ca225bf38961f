import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { pinImages } from './pin-images.ts';
import { findDigest, readReference } from './registry.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const manifest = JSON.stringify({ schemaVersion: 2, manifests: [] });
const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;

/** A registry by the OCI distribution specification, with one image `team/app:1.2`, that wants an anonymous sign-in first. */
async function startRegistry({ says = digest, open = false } = {}): Promise<string> {
  const server = createServer(({ url = '', headers }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://registry');
    if (pathname === '/token') {
      const token = `for ${searchParams.get('service')} ${searchParams.get('scope')}`;
      return void response.end(JSON.stringify({ token }));
    }
    const mayRead = open || headers.authorization === 'Bearer for here repository:team/app:pull';
    if (!mayRead) {
      const realm = `http://${headers.host}/token`;
      return void response
        .writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="here",scope="repository:x:pull"` })
        .end();
    }
    if (pathname !== '/v2/team/app/manifests/1.2') return void response.writeHead(404).end();
    const [type = ''] = String(headers.accept).split(', ');
    response.writeHead(200, { 'content-type': type, 'docker-content-digest': says }).end(manifest);
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('readReference', () => {
  const hub = 'https://registry-1.docker.io';

  it.each([
    { text: 'node:24.21.0-bookworm-slim', is: { registry: hub, name: 'library/node', tag: '24.21.0-bookworm-slim' } },
    { text: 'valkey/valkey:8', is: { registry: hub, name: 'valkey/valkey', tag: '8' } },
    { text: 'ghcr.io/a/b/c:v1@sha256:00', is: { registry: 'https://ghcr.io', name: 'a/b/c', tag: 'v1' } },
    { text: 'localhost:5000/app:1', is: { registry: 'http://localhost:5000', name: 'app', tag: '1' } },
  ])('when it is $text, knows its registry, its name and its tag', ({ text, is }) => {
    expect(readReference(text)).toEqual(is);
  });

  it('when there is no tag, says so', () => {
    expect(() => readReference('localhost:5000/app')).toThrow('localhost:5000/app has no tag');
  });
});

describe('pinImages', () => {
  it('when a registry answers, writes the digest behind each tag and leaves the rest as it is', async () => {
    const host = await startRegistry();
    const list = `# Images.\nAPP=${host}/team/app:1.2\n\n# Pinned before.\nOLD=${host}/team/app:1.2@sha256:${'0'.repeat(64)}\n`;
    const pinned = await pinImages(list, findDigest);
    expect(pinned.changed).toEqual(['APP', 'OLD']);
    expect(pinned.list).toBe(
      `# Images.\nAPP=${host}/team/app:1.2@${digest}\n\n# Pinned before.\nOLD=${host}/team/app:1.2@${digest}\n`,
    );
    expect((await pinImages(pinned.list, findDigest)).changed).toEqual([]);
  });

  it('when images cannot be looked up, names each of them and answers nothing', async () => {
    const host = await startRegistry({ open: true });
    const list = `ONE=${host}/team/none:1.2\nAPP=${host}/team/app:1.2\nTWO=untagged\n`;
    await expect(pinImages(list, findDigest)).rejects.toThrow(
      /^Nothing was written:\n {2}- ONE: \S+ answered 404\n {2}- TWO: untagged has no tag$/,
    );
  });

  it('when a registry names another digest than that of its answer, refuses it', async () => {
    const host = await startRegistry({ says: `sha256:${'1'.repeat(64)}` });
    await expect(pinImages(`APP=${host}/team/app:1.2`, findDigest)).rejects.toThrow(
      /calls its answer sha256:1+, and it is/,
    );
  });
});
