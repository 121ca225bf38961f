import type { Log } from '@hallway/platform';
import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { assertNothingIsEvicted } from './queue-policy.ts';

function check(info: () => Promise<string>, environment: 'development' | 'production') {
  const warnings: string[] = [];
  const log = { warn: (_fields: unknown, text: string) => warnings.push(text) } as unknown as Log;
  const queueRedis = { info } as unknown as Redis;
  return { warnings, checked: assertNothingIsEvicted({ queueRedis, environment, log }) };
}

const memory = (policy: string) => async () => `# Memory\r\nused_memory:1\r\nmaxmemory_policy:${policy}\r\nx:1\r\n`;

describe('assertNothingIsEvicted', () => {
  it('when nothing is evicted, has no objection', async () => {
    await expect(check(memory('noeviction'), 'production').checked).resolves.toBeUndefined();
  });

  it('when jobs could be evicted in production, refuses and names the policy', async () => {
    await expect(check(memory('allkeys-lru'), 'production').checked).rejects.toThrow('maxmemory-policy allkeys-lru');
  });

  it('when jobs could be evicted in development, warns', async () => {
    const { warnings, checked } = check(memory('allkeys-lru'), 'development');
    await checked;
    expect(warnings).toHaveLength(1);
  });

  it('when the server does not tell, trusts it', async () => {
    const forbidden = () => Promise.reject(new Error('NOPERM'));
    await expect(check(forbidden, 'production').checked).resolves.toBeUndefined();
  });
});
