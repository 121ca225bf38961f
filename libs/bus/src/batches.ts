/** Commands that one commit carries at most. */
export const batchSize = 500;
/** What the commands of one commit may weigh together: an insert and an event entry of it stay easy to move. */
const batchBytes = 1024 * 1024;

/** Cuts commands into batches, in their order: at most 500, and at most 1 MB of words, but always at least one. Pure. */
export function toBatches<T>(commands: readonly T[], contentOf: (command: T) => string): T[][] {
  const batches: T[][] = [];
  let bytes = 0;
  for (const command of commands) {
    const weight = Buffer.byteLength(contentOf(command));
    const last = batches.at(-1);
    if (last && last.length < batchSize && bytes + weight <= batchBytes) {
      last.push(command);
      bytes += weight;
    } else {
      batches.push([command]);
      bytes = weight;
    }
  }
  return batches;
}
