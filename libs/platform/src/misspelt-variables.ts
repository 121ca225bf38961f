type Environment = Record<string, string | undefined>;

/** A slip of the finger or two; more than that is another word. */
const MAX_SLIPS = 2;

/** `HOST` and `HOME` are one slip apart, and only one of them is ours: short names are not guessed at. */
const MIN_LENGTH = 8;

/**
 * Variables that are set, that nobody knows, and that look like one of `names`: what would otherwise be ignored without a word.
 * Answers one sentence each. Other unknown variables are left alone, because an environment is shared with others.
 */
export function findMisspeltVariables(names: string[], environment: Environment): string[] {
  const withFile = (name: string) => [name, `${name}_FILE`];
  const known = names.flatMap(withFile);
  const candidates = names.filter((name) => name.length >= MIN_LENGTH).flatMap(withFile);
  return Object.keys(environment)
    .filter((name) => environment[name] && !known.includes(name))
    .flatMap((name) => {
      const meant = candidates.find((candidate) => isWithin({ a: name, b: candidate, slips: MAX_SLIPS }));
      return meant === undefined ? [] : [`${name} is set, and is no variable of Hallway: is ${meant} meant?`];
    });
}

/** Whether one text becomes the other by so many letters added, dropped or changed; two that swapped places are two changes. */
function isWithin({ a, b, slips }: { a: string; b: string; slips: number }): boolean {
  if (Math.abs(a.length - b.length) > slips) return false;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const change = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return (previous[b.length] ?? 0) <= slips;
}
