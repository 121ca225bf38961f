import { isId, limits } from '@hallway/contracts';
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

/** A place in a list that the database sorts by a text and then by id. */
export interface Position {
  key: string;
  id: string;
}

/** Reads the cursor of such a list; throws `VALIDATION_FAILED` for one that is not ours. */
export function readPosition(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  const [key = '', id] = decodeCursor(cursor, 2);
  if (!isId(id)) throw validationFailed([{ path: '/cursor', message: 'is not a cursor of this list' }]);
  return { key, id };
}

/** A page of what was read by one more than `limit`, so that the list knows whether it goes on. */
export function toPositionedPage<T>(found: T[], limit: number, positionOf: (item: T) => Position) {
  const page = found.slice(0, limit);
  const end = page.at(-1);
  if (found.length <= limit || end === undefined) return { page, nextCursor: null };
  const { key, id } = positionOf(end);
  return { page, nextCursor: encodeCursor([key, id]) };
}

/** Reads the cursor of a list that is sorted by id; throws `VALIDATION_FAILED` for one that is not ours. */
export function readIdCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const [id] = decodeCursor(cursor, 1);
  if (!isId(id)) throw validationFailed([{ path: '/cursor', message: 'is not a cursor of this list' }]);
  return id;
}
