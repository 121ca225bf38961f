import type { TSchema } from 'typebox';

const plainInteger = /^\d+$/;

/**
 * A copy of a parsed query in which integers stand where the schema wants them. Only plain decimal digits are read: `1.5`,
 * `0x10`, `1e2` and `true` stay text, and so do numbers that would lose digits, for the schema to refuse.
 */
export function readIntegers(schema: TSchema, query: object): Record<string, unknown> {
  const { properties = {} } = schema as { properties?: Record<string, { type?: unknown }> };
  const entries = Object.entries(query).map(([name, value]: [string, unknown]) => {
    const wanted = Object.hasOwn(properties, name) && properties[name]?.type === 'integer';
    return [name, wanted ? readInteger(value) : value];
  });
  return Object.fromEntries(entries);
}

function readInteger(value: unknown): unknown {
  if (typeof value !== 'string' || !plainInteger.test(value)) return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
