import { accessSync, constants, mkdirSync } from 'node:fs';
import { Refusal } from '../terminal/refusal.ts';

/** Makes a folder of ours, or rejects with a `Refusal` for a person when it cannot be made or written. */
export function ensureFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (fault) {
    throw new Refusal(
      `${folder} cannot be written (${(fault as Error).message}). Make it writable, or clone Hallway to another place.`,
    );
  }
}
