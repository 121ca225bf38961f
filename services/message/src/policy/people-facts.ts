import type { PolicyFacts } from '@hallway/policy';

/** Facts of people for the policy, from memory where they can be trusted; `fresh` reads them now. Unknown ids are absent. */
export type FindPeopleFacts = PolicyFacts['factsOf'];
