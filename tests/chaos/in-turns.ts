/** Works on all, so many at once, in their order. Rejects with the first failure, after those under way have ended. */
export async function inTurns<T, R>(items: readonly T[], atOnce: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const waiting = [...items.entries()];
  const next = async (): Promise<void> => {
    for (let one = waiting.shift(); one; one = waiting.shift()) results[one[0]] = await work(one[1]);
  };
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, next));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return results;
}
