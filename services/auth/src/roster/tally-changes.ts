import {
  type ChangeBatch,
  type ChangeKind,
  type ChangeVerb,
  changeKinds,
  changeVerbs,
  type RosterChange,
} from './roster-changes.ts';

/** What stands for a change in a report: no ids of Hallway's own, and nothing secret. */
export type ShownChange = Pick<RosterChange, 'kind' | 'verb' | 'key' | 'label' | 'before' | 'after'>;

export interface KindSummary {
  kind: ChangeKind;
  counts: Record<ChangeVerb, number>;
  /** In force before the import, as far as they are the roster's. */
  inForce: number;
  examples: ShownChange[];
}

/** Of each kind and verb. */
const examplesKept = 3;

/** Counts changes and keeps a few of them. */
export function createTally() {
  const kinds = new Map(changeKinds.map((kind) => [kind, createSummary(kind)]));

  return {
    add({ kind, changes, inForce }: ChangeBatch): void {
      const summary = kinds.get(kind);
      if (!summary) return;
      summary.inForce += inForce;
      for (const change of changes) {
        summary.counts[change.verb] += 1;
        if (change.verb !== 'recorded' && summary.counts[change.verb] <= examplesKept) {
          summary.examples.push(toShown(change));
        }
      }
    },
    list: (): KindSummary[] => [...kinds.values()],
    /** Everything that has to be written. */
    total: () => [...kinds.values()].reduce((sum, { counts }) => sum + totalOf(counts), 0),
  };
}

export function toShown({ kind, verb, key, label, before, after }: RosterChange): ShownChange {
  return { kind, verb, key, label, before, after };
}

export function totalOf(counts: Record<ChangeVerb, number>): number {
  return changeVerbs.reduce((sum, verb) => sum + counts[verb], 0);
}

function createSummary(kind: ChangeKind): KindSummary {
  return { kind, counts: { added: 0, changed: 0, restored: 0, ended: 0, recorded: 0 }, inForce: 0, examples: [] };
}
