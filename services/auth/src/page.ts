import { limits } from '@hallway/contracts';
import { validationFailed } from '@hallway/platform';

export interface PageQuery {
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** A place in a list, as a client carries it: text that it cannot read anything into. */
export function encodeCursor(parts: string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Reads a cursor of so many parts; throws `VALIDATION_FAILED` for one that is not ours. */
export function decodeCursor(cursor: string, length: number): string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    const fits = Array.isArray(parts) && parts.length === length && parts.every((part) => typeof part === 'string');
    if (fits) return parts;
  } catch {
    // Answered below like any other cursor that is not ours.
  }
  throw validationFailed([{ path: '/cursor', message: 'is not a cursor of this list' }]);
}

/**
 * A page of a list that is short enough to be in memory. `keyOf` is unique and ascends or descends with the list, so that
 * a page goes on where the last one ended even when its last item has gone.
 */
export function toPage<T>(items: T[], keyOf: (item: T) => string, query: PageQuery) {
  const limit = query.limit ?? limits.pageDefault;
  const [first, last] = [items[0], items.at(-1)];
  const descends = first !== undefined && last !== undefined && keyOf(first) > keyOf(last);
  let start = 0;
  if (query.cursor !== undefined) {
    const [after = ''] = decodeCursor(query.cursor, 1);
    const found = items.findIndex((item) => (descends ? keyOf(item) < after : keyOf(item) > after));
    start = found === -1 ? items.length : found;
  }
  const page = items.slice(start, start + limit);
  const end = page.at(-1);
  const nextCursor = start + limit < items.length && end !== undefined ? encodeCursor([keyOf(end)]) : null;
  return { page, nextCursor };
}
