export interface EventuallyOptions {
  withinMs?: number;
  everyMs?: number;
}

// Far beyond what anything takes: what has to be quick is measured and says so.
const defaultWithinMs = 12_000;

/** Repeats `check` until it does not throw, and answers what it answers. Throws its last error when time is up. */
export async function eventually<T>(check: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<T> {
  const { withinMs = defaultWithinMs, everyMs = 20 } = options;
  const end = Date.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }
}
