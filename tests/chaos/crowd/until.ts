/** Waits for the condition, at most so long. Whoever needs it to be true looks again. */
export async function until(condition: () => boolean, withinMs: number): Promise<void> {
  const end = Date.now() + withinMs;
  while (!condition() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 25));
}

/** What a person does whose click was refused: click again. Rejects with the last refusal when the time is over. */
export async function patiently<T>(click: () => Promise<T>, withinMs: number): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    try {
      return await click();
    } catch (cause) {
      if (Date.now() > end) throw cause;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
