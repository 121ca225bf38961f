import { describe, expect, it } from 'vitest';
import { readServerInfo, withoutPassword } from './store-clients.ts';

describe('readServerInfo', () => {
  it('when the server is a Valkey, answers its own name and the Redis version that it stands for', () => {
    const info = '# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:9.1.2\r\n';
    expect(readServerInfo(info)).toEqual({ name: 'Valkey 9.1.2', majorVersion: 7 });
  });

  it('when the server is a Redis, answers that', () => {
    expect(readServerInfo('redis_version:6.0.16\r\n')).toEqual({ name: 'Redis 6.0.16', majorVersion: 6 });
  });
});

describe('withoutPassword', () => {
  it('when a URL carries credentials, shows none of them', () => {
    expect(withoutPassword('mongodb://me:secret@db.example:27017/x')).toBe('mongodb://…@db.example:27017/x');
    expect(withoutPassword('redis://localhost:6379')).toBe('redis://localhost:6379');
  });
});
