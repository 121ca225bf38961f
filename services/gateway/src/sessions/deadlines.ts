/**
 * Deadlines of many things, to the second, for one timer that asks what is due. Setting and taking cost the same however
 * many there are.
 */
export function createDeadlines<K>() {
  const bySecond = new Map<number, Set<K>>();
  const secondOf = new Map<K, number>();
  let swept = -1;

  function remove(key: K): void {
    const second = secondOf.get(key);
    if (second === undefined) return;
    secondOf.delete(key);
    const keys = bySecond.get(second);
    keys?.delete(key);
    if (keys?.size === 0) bySecond.delete(second);
  }

  return {
    remove,
    size: (): number => secondOf.size,

    /** Sets the deadline of a key, instead of an earlier one. */
    set(key: K, atMs: number): void {
      remove(key);
      // What is due already is found by the next sweep, which begins where the last one ended.
      const second = Math.max(Math.ceil(atMs / 1000), swept + 1);
      secondOf.set(key, second);
      const keys = bySecond.get(second);
      if (keys) keys.add(key);
      else bySecond.set(second, new Set([key]));
    },

    /** Takes every key whose deadline has come. */
    takeDue(nowMs: number): K[] {
      const nowSecond = Math.floor(nowMs / 1000);
      const due: K[] = [];
      for (const [second, keys] of bySecond) {
        if (second <= nowSecond) due.push(...keys);
      }
      for (const key of due) remove(key);
      swept = Math.max(swept, nowSecond);
      return due;
    },
  };
}
