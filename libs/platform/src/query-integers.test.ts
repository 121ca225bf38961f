import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { readIntegers } from './query-integers.ts';

const schema = Type.Object({ limit: Type.Optional(Type.Integer()), cursor: Type.Optional(Type.String()) });

describe('readIntegers', () => {
  it.each([
    ['1', 1],
    ['0', 0],
    ['200', 200],
    ['9007199254740991', 9007199254740991],
  ])('when %s stands for an integer, reads it', (text, number) => {
    expect(readIntegers(schema, { limit: text })).toEqual({ limit: number });
  });

  it.each(['1.5', '1.0', 'true', '0x10', '1e2', '', ' 1', '+1', '-1', '١', 'Infinity', '9007199254740993'])(
    'when %j is no plain integer, leaves it to be refused',
    (text) => {
      expect(readIntegers(schema, { limit: text })).toEqual({ limit: text });
    },
  );

  it('when something else than an integer is wanted, or nothing, leaves the text', () => {
    const query = Object.assign(Object.create(null) as object, { cursor: '12', constructor: '3', limit: ['1', '2'] });
    expect(readIntegers(schema, query)).toEqual({ cursor: '12', constructor: '3', limit: ['1', '2'] });
  });
});
