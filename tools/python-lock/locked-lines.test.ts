import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toLockedLines } from './locked-lines.ts';

const sha = (digit: string) => digit.repeat(64);
const file = (filename: string, digit: string, yanked = false) => ({
  filename,
  hashes: { sha256: sha(digit) },
  yanked,
});

const files = [
  file('Thing-1.0-cp312-cp312-manylinux_2_28_x86_64.whl', 'b'),
  file('Thing-1.0-py3-none-any.whl', 'a'),
  file('Thing-1.0-cp312-cp312-macosx_11_0_arm64.whl', 'c'),
  // None of these is ever taken.
  file('Thing-1.0-cp312-cp312-win_amd64.whl', '1'),
  file('Thing-1.0-cp39-cp39-manylinux_2_28_x86_64.whl', '2'),
  file('Thing-1.0.tar.gz', '3'),
  file('Thing-1.0.1-py3-none-any.whl', '4'),
  file('Thing-1.0-py2.py3-none-any.whl', '5', true),
];

let server: Server;
let index: string;
beforeAll(async () => {
  server = createServer(({ url }, response) => {
    response.writeHead(url === '/thing/' ? 200 : 404).end(JSON.stringify({ files }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  index = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

describe('toLockedLines', () => {
  it('when an index lists a release, locks the wheels that some platform may take, and nothing else', async () => {
    expect(await toLockedLines({ name: 'Thing', version: '1.0' }, index)).toBe(
      `Thing==1.0 \\\n    --hash=sha256:${sha('a')} \\\n    --hash=sha256:${sha('b')} \\\n    --hash=sha256:${sha('c')}\n`,
    );
  });

  it('when there is no such release, or no such package, says so', async () => {
    await expect(toLockedLines({ name: 'Thing', version: '2.0' }, index)).rejects.toThrow('Thing 2.0 has no wheel');
    await expect(toLockedLines({ name: 'Other', version: '1.0' }, index)).rejects.toThrow('answered 404 about Other');
  });
});

describe.each(['tools/engines/requirements.txt', 'tools/envoy/requirements.txt'])('%s', (path) => {
  const text = readFileSync(join(import.meta.dirname, '../..', path), 'utf8');

  it('holds what is wanted, each package with one version and with checksums', () => {
    const wanted = [...text.matchAll(/^# wanted: (\S+)$/gm)].map(([, one]) => one);
    const locked = text
      .replaceAll(/ \\\n +/g, ' ')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    for (const line of locked) expect(line).toMatch(/^[A-Za-z0-9-]+==\S+( --hash=sha256:[0-9a-f]{64})+$/);
    expect(locked.map((line) => line.split(' ')[0])).toEqual(expect.arrayContaining(wanted));
    expect(wanted.length).toBeGreaterThan(0);
  });
});
