import { describe, expect, it } from 'vitest';
import { readRedisUrl } from './redis-url.ts';

describe('readRedisUrl', () => {
  it.each(['redis://localhost:6379', 'rediss://user:secret@cache.example.edu/2'])(
    'when it names one server (%s), leaves it to the client',
    (url) => expect(readRedisUrl(url)).toEqual({ mode: 'single', url }),
  );

  it('when it names sentinels, reads them, their primary, and both logins', () => {
    const url =
      'rediss+sentinel://me:p%40ss@a.example:26380,[fd00::1],b/primary?sentinelUsername=s&sentinelPassword=t%26u';
    expect(readRedisUrl(url)).toEqual({
      mode: 'sentinel',
      masterName: 'primary',
      hosts: [
        { host: 'a.example', port: 26_380 },
        { host: 'fd00::1', port: 26_379 },
        { host: 'b', port: 26_379 },
      ],
      login: { username: 'me', password: 'p@ss' },
      sentinelLogin: { username: 's', password: 't&u' },
      tls: true,
    });
  });

  it('when it names nodes of a Cluster, reads them, with a password alone where there is no user', () => {
    expect(readRedisUrl('redis+cluster://:secret@one:7000,two')).toEqual({
      mode: 'cluster',
      hosts: [
        { host: 'one', port: 7000 },
        { host: 'two', port: 6379 },
      ],
      login: { password: 'secret' },
      tls: false,
    });
  });

  it.each([
    'http://localhost',
    'redis+sentinel://a:26379,b:26379',
    'redis+cluster://a:1,b:2/0',
    'redis+cluster://',
    'redis+other://a:1',
    'redis+cluster://a:1, b:2',
  ])('when it is none of the forms (%s), says which there are', (url) => {
    expect(() => readRedisUrl(url)).toThrow(/redis\+sentinel:\/\/.*redis\+cluster:\/\//);
  });
});
