import { describe, expect, it } from 'vitest';
import { codeOfFailure, errorAnswer } from './error-answers.ts';

const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
const cut = Object.assign(new Error('cut'), { code: 'ECONNRESET' });

describe('codeOfFailure', () => {
  it('when the service refused the connection, says that nothing was accepted', () => {
    expect(codeOfFailure({ destination: 'message', method: 'POST', fault: refused })).toBe('TEMPORARILY_UNAVAILABLE');
  });

  it('when a send was cut off under way, says that it may have been stored', () => {
    expect(codeOfFailure({ destination: 'message', method: 'POST', fault: cut })).toBe('OUTCOME_UNKNOWN');
  });

  it('when a read was cut off, says that it can be repeated', () => {
    expect(codeOfFailure({ destination: 'message', method: 'GET', fault: cut })).toBe('TEMPORARILY_UNAVAILABLE');
  });
});

describe('errorAnswer', () => {
  it('when a service is away, says when to come back, in the header and in the body alike', () => {
    const { status, headers, body } = errorAnswer('TEMPORARILY_UNAVAILABLE', { 'x-request-id': 'abc-1' });
    expect(status).toBe(503);
    expect(headers).toMatchObject({ 'retry-after': '1', 'x-request-id': 'abc-1' });
    expect(JSON.parse(body)).toEqual({
      error: {
        code: 'TEMPORARILY_UNAVAILABLE',
        message: expect.any(String),
        retryable: true,
        requestId: 'abc-1',
        retryAfterMs: 1000,
      },
    });
  });

  it('when the request id from outside is not a plain one, makes its own', () => {
    const { headers } = errorAnswer('NOT_FOUND', { 'x-request-id': 'a b\r\nc' });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers['retry-after']).toBeUndefined();
  });
});
