import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listFiles, readText, root } from '../guards/project-files.ts';
import { readVariables } from './compose-file.ts';
import { findDockerfileFaults, readDockerfile } from './dockerfile.ts';

const dockerfiles = ['deploy/docker/services.Dockerfile', 'deploy/docker/web.Dockerfile'];
const images = readVariables('deploy/docker/images.env');

describe.each(dockerfiles)('%s', (path) => {
  const text = readText(path);

  it('makes an image that is slim, runs as nobody, and handles signals', () => {
    expect(findDockerfileFaults(text)).toEqual([]);
  });

  it('builds on what the list of images names', () => {
    for (const [name, fallback] of readDockerfile(text).imageArguments)
      expect([name, fallback]).toEqual([name, images.get(name)]);
  });

  it.each<[string, [string | RegExp, string], RegExp]>([
    ['has no user', [/^USER .*$/m, ''], /as root/],
    ['has a user with a name', [/^USER .*$/m, 'USER node'], /as root/],
    ['has no health check', [/^HEALTHCHECK/m, 'LABEL x=1\n#'], /health check/],
    ['has no labels', [/org\.opencontainers/g, 'x'], /label/],
    ['starts by a shell', [/^CMD \[.*$/m, 'CMD node services/auth/src/main.ts'], /shell/],
    ['has no signal', [/^STOPSIGNAL.*$/m, ''], /signal/],
    ['copies everything', [/^USER /m, 'COPY . .\nUSER '], /copies everything/],
    ['installs while it runs', [/^USER /m, 'RUN npm install\nUSER '], /npm/],
    ['builds on a fixed image', [/^FROM \$\{NODE_IMAGE\} AS build$/m, 'FROM node:24 AS build'], /argument/],
    ['runs install scripts', ['--ignore-scripts', ''], /scripts/],
    ['checks no digest', [/REQUIRE_DIGEST/g, 'OTHER'], /digest/],
  ])('when it %s, is told so', (_, [pattern, replacement], sentence) => {
    const worse = text.replace(pattern, replacement);
    expect(worse).not.toBe(text);
    expect(findDockerfileFaults(worse).join('\n')).toMatch(sentence);
  });
});

describe('deploy/docker/images.env', () => {
  it('gives every image a tag that says a version, and is no other than where it is used', () => {
    for (const [name, image] of images)
      expect(`${name}=${image}`).toMatch(/^[A-Z]+_IMAGE=[a-z0-9./-]+:[A-Za-z0-9._-]*(\d|bookworm)/);
  });

  it('names the node that npm ci installs, and the stores that the tests start', () => {
    const { devDependencies } = JSON.parse(readText('package.json')) as { devDependencies: Record<string, string> };
    expect(images.get('NODE_IMAGE')).toMatch(new RegExp(`^node:${devDependencies.node}-`));
    const tested = readText('libs/testkit/src/container-engines.ts');
    for (const name of ['MONGO_IMAGE', 'VALKEY_IMAGE']) expect(tested).toContain(`'${images.get(name)}'`);
  });
});

describe('.dockerignore', () => {
  const lines = readText('.dockerignore').split('\n');

  it('keeps everything out but what it names', () => {
    expect(lines.find((line) => line !== '' && !line.startsWith('#'))).toBe('*');
  });

  it('lets in every manifest that npm ci compares with the lockfile', () => {
    const allowed = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const manifests = listFiles().filter((path) => /(^|\/)package\.json$/.test(path));
    const shutOut = manifests.filter((path) => !allowed.some((one) => path === one || path.startsWith(`${one}/`)));
    expect(shutOut).toEqual([]);
  });
});

describe('deploy/scripts/build-images.sh', () => {
  const build = (args: string[], env: NodeJS.ProcessEnv) =>
    spawnSync(join(root, 'deploy/scripts/build-images.sh'), args, {
      env: { PATH: process.env.PATH, ...env },
      encoding: 'utf8',
    });

  it('when the tag is none, or there is no container engine, says so and builds nothing', () => {
    expect(build(['a b'], {})).toMatchObject({ status: 1, stderr: '"a b" is no tag for an image.\n' });
    const without = build([], { DOCKER: 'no-such-engine' });
    expect(without).toMatchObject({ status: 1 });
    expect(without.stderr).toMatch(/container engine/);
  });

  it('when an image is built, hands on what the list names and the environment overrules', () => {
    const { status, stdout } = build(['try'], { DOCKER: 'echo', NGINX_IMAGE: 'nginx:mine@sha256:1' });
    expect(status).toBe(0);
    expect(stdout).toContain(`NODE_IMAGE=${images.get('NODE_IMAGE')} `);
    expect(stdout).toContain('NGINX_IMAGE=nginx:mine@sha256:1 ');
    expect(stdout).toMatch(/--tag hallway-services:try .*REVISION=[0-9a-f]{40} --build-arg CREATED=\d{4}-\d\d-\d\dT/);
  });
});
