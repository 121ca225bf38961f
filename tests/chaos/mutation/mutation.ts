import type { Invariant } from '@hallway/testkit';

/** One change of the text of one file. */
export interface Patch {
  /** From the root of the project. */
  file: string;
  /** Stands in the file exactly once. */
  find: string;
  replace: string;
}

/** What the history checker has to say. Its words too: a run that was merely cut short breaks I1 in other words. */
export interface Verdict {
  invariant: Invariant;
  message: string;
}

/** A bug that Hallway could have, as a change of its source. The source itself knows nothing of it. */
export interface Mutation {
  id: string;
  title: string;
  /** What is changed, which guards had to go together, and what a person would notice. */
  breaks: string;
  patches: Patch[];
  /** Id of the scenario that makes it show. */
  scenario: string;
  /** At least one of these has to be reported. */
  caughtBy: Verdict[];
}

/** The text with all of these changes. Throws where one does not apply exactly once: the source has moved on. */
export function applyPatches(text: string, patches: Patch[]): string {
  return patches.reduce((changed, { file, find, replace }) => {
    const [before, after, ...more] = changed.split(find);
    if (before === undefined || after === undefined || more.length > 0) {
      const found = after === undefined ? 'not there' : `there ${more.length + 1} times`;
      throw new Error(`A mutation of ${file} does not apply any more: this text is ${found}:\n${find}`);
    }
    return before + replace + after;
  }, text);
}
