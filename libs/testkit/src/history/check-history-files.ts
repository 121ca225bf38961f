import { type CheckOptions, createHistoryCheck, type HistoryVerdict } from './check-history.ts';
import type { DatabaseDump } from './database-dump.ts';
import { readHistory } from './history-log.ts';

/** Checks the files of one run together, one after the other, without holding any of them in memory. */
export async function checkHistoryFiles(
  { paths, dump }: { paths: string[]; dump: DatabaseDump },
  options: CheckOptions = {},
): Promise<HistoryVerdict> {
  const check = createHistoryCheck(dump, options);
  for (const path of paths) {
    for await (const event of readHistory(path)) check.add(event);
  }
  return check.finish();
}
