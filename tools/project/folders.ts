import { join } from 'node:path';

/** The project's folder. */
export const ROOT = join(import.meta.dirname, '../..');

/** What runs leave behind: data, keys, logs, fetched engines. Never committed. Another folder is another installation. */
export const STATE_FOLDER = process.env.HALLWAY_STATE_FOLDER || join(ROOT, '.hallway');
