/** One stream of random choices, so that a run can be repeated by its seed. */
export interface Random {
  /** From 0 to below 1. */
  number: () => number;
  /** A whole number from `least` to `most`, both included. */
  between: (least: number, most: number) => number;
  chance: (share: number) => boolean;
  pick: <T>(from: readonly T[]) => T;
  /** `count` different ones, in random order; all of them when there are no more. */
  some: <T>(from: readonly T[], count: number) => T[];
  /** Milliseconds to the next event of a Poisson process with so many a second. */
  nextArrivalMs: (perSecond: number) => number;
  /** A stream of its own that `name` decides: who draws how much from it changes nothing elsewhere. */
  fork: (name: string) => Random;
}

/** Mulberry32 over a 32-bit seed: small, quick, and good enough for choosing whom to disturb. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  function number(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const between = (least: number, most: number) => least + Math.floor(number() * (most - least + 1));
  return {
    number,
    between,
    chance: (share) => number() < share,
    pick<T>(from: readonly T[]): T {
      const picked = from[between(0, from.length - 1)];
      if (picked === undefined) throw new Error('There is nothing to pick from.');
      return picked;
    },
    some<T>(from: readonly T[], count: number): T[] {
      const left = [...from];
      const taken: T[] = [];
      while (taken.length < count && left.length > 0) taken.push(...left.splice(between(0, left.length - 1), 1));
      return taken;
    },
    nextArrivalMs: (perSecond) => (-Math.log(1 - number()) / perSecond) * 1000,
    fork: (name) => createRandom(hash(`${seed}:${name}`)),
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}
