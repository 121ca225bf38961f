/** Hallway cannot go on, and the person at the terminal can change that: shown as its one sentence, without a stack. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** Prints why a command ended. A `Refusal` is a sentence for a person; anything else is a fault of ours and keeps its stack. */
export function tellFailure(fault: unknown): void {
  if (fault instanceof Refusal) console.error(`\n${fault.message}\n`);
  else console.error(fault);
}
