import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from '../guards/project-files.ts';
import { originOfRun } from '../stack/wire-client.ts';

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the script as a person would, with the demo campus unless the environment says otherwise. */
async function smoke(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const script = join(root, 'deploy/scripts/smoke.sh');
  const run = promisify(execFile)(script, args, { env: { PATH: process.env.PATH, ...env } });
  return run.then(({ stdout, stderr }) => ({ code: 0, stdout, stderr })).catch((fault: Outcome) => fault);
}

const leaky = createServer((_request, response) => response.setHeader('content-type', 'text/plain').end('# HELP up'));
afterAll(() => leaky.close());

describe('deploy/scripts/smoke.sh', () => {
  it('when Hallway works at the address, says how fast and ends with 0', async () => {
    const { code, stdout, stderr } = await smoke([originOfRun()]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/john wrote: stored after \d+ ms, with sarah after \d+ ms/);
    expect(stdout).toMatch(/sarah wrote: stored after \d+ ms, with john after \d+ ms/);
  });

  it('when somebody cannot sign in, says who and ends with 1', async () => {
    const { code, stderr } = await smoke([originOfRun()], { HALLWAY_SMOKE_RECEIVER_PASSWORD: 'not it' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/sarah could not sign in: .*INVALID_CREDENTIALS/);
  });

  it('when the two may not write to each other, says so and ends with 1', async () => {
    const { code, stderr } = await smoke([originOfRun()], { HALLWAY_SMOKE_RECEIVER: 'peter' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/john could not open the room: .*MESSAGING_NOT_ALLOWED/);
  });

  it('when internal paths are handed out, or nobody answers, says so and ends with 1', async () => {
    await new Promise<void>((resolve) => leaky.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(leaky.address() as AddressInfo).port}`;
    expect(await smoke([address])).toMatchObject({ code: 1, stderr: expect.stringContaining('routes /metrics') });
    await new Promise((resolve) => leaky.close(resolve));
    expect(await smoke([address])).toMatchObject({ code: 1, stderr: expect.stringContaining('Nobody answers') });
  });
});
