import type { Redis } from 'ioredis';

/** Makes a consumer group at the beginning of a stream, and the stream, where they are missing. */
export async function ensureGroup(redis: Redis, stream: string, group: string): Promise<void> {
  await redis.xgroup('CREATE', stream, group, '0', 'MKSTREAM').catch((error: Error) => {
    if (!error.message.startsWith('BUSYGROUP')) throw error;
  });
}

/** An entry of a stream; its fields are null when it was deleted while it was pending. */
export type StreamEntry = [id: string, fields: string[] | null];

/** The fields of an entry by name. */
export function fieldsOf([, fields]: StreamEntry): Record<string, string | undefined> {
  const record: Record<string, string> = {};
  for (let index = 0; index + 1 < (fields?.length ?? 0); index += 2) {
    record[fields?.[index] ?? ''] = fields?.[index + 1] ?? '';
  }
  return record;
}
