import { type ImageReference, readReference } from './registry.ts';

const imageLine = /^([A-Z_]+)=(\S+)$/;

/** A line as it shall be, and the variable in it that has changed or that could not be looked up, with the reason. */
interface PinnedLine {
  line: string;
  changed?: string;
  fault?: string;
}

/**
 * Writes behind each tag of the list what it names now: `name:tag@sha256:…`. Everything else stays as it is. Throws with a line
 * for each image that cannot be looked up, and answers nothing then: a list is pinned whole or not at all.
 */
export async function pinImages(
  list: string,
  findDigest: (image: ImageReference) => Promise<string>,
): Promise<{ list: string; changed: string[] }> {
  async function pin(line: string): Promise<PinnedLine> {
    const [, variable, reference = ''] = imageLine.exec(line) ?? [];
    if (variable === undefined) return { line };
    try {
      const [bare = ''] = reference.split('@');
      const pinned = `${bare}@${await findDigest(readReference(reference))}`;
      return pinned === reference ? { line } : { line: `${variable}=${pinned}`, changed: variable };
    } catch (error) {
      return { line, fault: `${variable}: ${(error as Error).message}` };
    }
  }

  const lines = await Promise.all(list.split('\n').map(pin));
  const faults = lines.flatMap(({ fault }) => (fault === undefined ? [] : [`  - ${fault}`]));
  if (faults.length > 0) throw new Error(`Nothing was written:\n${faults.join('\n')}`);
  return {
    list: lines.map(({ line }) => line).join('\n'),
    changed: lines.flatMap(({ changed }) => changed ?? []),
  };
}
