import { describe, expect, it } from 'vitest';
import { clientSpanIdOf, formatTraceparent, parseTraceparent, traceIdOf } from './trace-context.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

describe('parseTraceparent', () => {
  it('when it is well-formed, reads what was formatted', () => {
    for (const sampled of [true, false]) {
      const context = { traceId, spanId, sampled };
      expect(parseTraceparent(formatTraceparent(context))).toEqual(context);
    }
  });

  it('when a later version has more fields, reads the ones it knows', () => {
    expect(parseTraceparent(`01-${traceId}-${spanId}-01-more`)).toEqual({ traceId, spanId, sampled: true });
    expect(parseTraceparent(`01-${traceId}-${spanId}-03`)).toEqual({ traceId, spanId, sampled: true });
  });

  it.each([
    undefined,
    null,
    '',
    'rubbish',
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${traceId}-${spanId}-01more`,
    `01-${traceId}-${spanId}-01more`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
  ])('when it is %j, says null', (text) => {
    expect(parseTraceparent(text)).toBeNull();
  });
});

describe('traceIdOf', () => {
  it('when the id has 128 bits in hex, takes it as it is or without its dashes', () => {
    expect(traceIdOf(traceId)).toBe(traceId);
    expect(traceIdOf('4BF92F35-77B3-4DA6-A3CE-929D0E0E4736')).toBe(traceId);
  });

  it.each([undefined, 'hello', '0'.repeat(32), `${traceId}00`])('when the id is %j, says null', (id) => {
    expect(traceIdOf(id)).toBeNull();
  });
});

describe('clientSpanIdOf', () => {
  it('when half of the trace id is zero, takes the other half', () => {
    expect(clientSpanIdOf(traceId)).toBe('4bf92f3577b34da6');
    expect(clientSpanIdOf(`${'0'.repeat(16)}${spanId}`)).toBe(spanId);
  });
});
