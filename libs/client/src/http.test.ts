import { describe, expect, it } from 'vitest';
import { createHttp } from './http.ts';
import { HallwayError } from './types.ts';

async function refusal(response: Response): Promise<HallwayError['body']> {
  const send = createHttp({ origin: '', fetch: async () => response, ended: new AbortController().signal });
  const cause = await send({ method: 'GET', path: '/api/messages' }).catch((error: unknown) => error);
  if (cause instanceof HallwayError) return cause.body;
  throw new Error('it was no refusal', { cause });
}

const answered = (status: number, retryAfter: string, body = '<html></html>') =>
  refusal(new Response(body, { status, headers: { 'retry-after': retryAfter } }));

describe('sendRequest', () => {
  it('when whatever stands in front of Hallway refuses for a time, says so', async () => {
    expect(await answered(503, '7')).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE', retryAfterMs: 7000 });
    expect(await answered(429, '0')).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 0 });
  });

  it('when the time is none that it understands, names none', async () => {
    for (const text of ['Wed, 21 Oct 2026 07:28:00 GMT', '-1', '1.5', 'soon']) {
      expect(await answered(503, text)).not.toHaveProperty('retryAfterMs');
    }
  });

  it('when Hallway itself names a time, takes that', async () => {
    const error = { code: 'RATE_LIMITED', message: '', retryable: true, requestId: 'r', retryAfterMs: 1234 };
    expect(await answered(429, '2', JSON.stringify({ error }))).toEqual(error);
  });
});
