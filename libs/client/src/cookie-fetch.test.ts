import { describe, expect, it } from 'vitest';
import { createCookieFetch } from './cookie-fetch.ts';

describe('createCookieFetch', () => {
  function build(answers: string[][]) {
    const seen: (string | null)[] = [];
    const fetch = createCookieFetch(async (_url, init) => {
      seen.push(new Headers(init.headers).get('cookie'));
      return new Response('{}', {
        headers: (answers.shift() ?? []).map((line) => ['set-cookie', line] as [string, string]),
      });
    });
    return { seen, fetch };
  }

  it('when a cookie was set, brings it back to the auth routes and to no other', async () => {
    const { seen, fetch } = build([['hallway_refresh=abc=; Path=/api/auth; HttpOnly']]);
    await fetch('http://a/api/auth/login', {});
    await fetch('http://a/api/auth/refresh', {});
    await fetch('http://a/api/messages', {});
    expect(seen).toEqual([null, 'hallway_refresh=abc=', null]);
  });

  it('when a cookie is set anew or cleared, follows', async () => {
    const { seen, fetch } = build([['c=1'], ['c=2'], ['c=gone; Max-Age=0']]);
    for (let call = 0; call < 4; call += 1) await fetch('http://a/api/auth/refresh', {});
    expect(seen).toEqual([null, 'c=1', 'c=2', null]);
  });
});
