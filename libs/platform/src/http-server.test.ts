import { pino } from 'pino';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpServer } from './http-server.ts';
import { createMetrics } from './metrics.ts';

const app = createHttpServer({ log: pino({ level: 'silent' }), metrics: createMetrics('test') });
const querystring = Type.Object(
  { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })), cursor: Type.Optional(Type.String()) },
  { additionalProperties: false },
);

beforeAll(async () => {
  app.get('/api/things', { schema: { querystring } }, (request) => request.query);
  await app.ready();
});
afterAll(() => app.close());

const get = (url: string) => app.inject({ url, headers: { 'x-request-id': 'req-1' } });

describe('createHttpServer', () => {
  it.each(['/api/things', '/api/things?limit=0', '/api/nope', '/api/%zz'])(
    'whatever %s is answered with, says under which request id',
    async (url) => {
      const answer = await get(url);
      expect(answer.headers['x-request-id']).toBe('req-1');
      if (answer.statusCode !== 200) expect(answer.json().error.requestId).toBe('req-1');
    },
  );

  it('when an address cannot be decoded, answers that nothing is there', async () => {
    expect((await get('/api/%zz')).json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });

  it('when a query fits, hands over numbers and leaves out what nobody knows', async () => {
    expect((await get('/api/things?limit=7&cursor=12&other=1')).json()).toEqual({ limit: 7, cursor: '12' });
  });

  it.each(['1.5', 'true', '0x10', '1e2', '', '201', '0', '-1', '1&limit=2'])(
    'when the limit is %j, refuses it',
    async (limit) => {
      const answer = await get(`/api/things?limit=${limit}`);
      expect(answer.statusCode).toBe(400);
      expect(answer.json().error).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ path: '/limit' }] });
    },
  );
});
