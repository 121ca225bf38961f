import { longIdle, polling, routes, services } from './door-rules.ts';
import { disruptionBudgets, gracePeriod, migration, rollout, spread } from './life-cycle-rules.ts';
import { networkPolicies } from './network-rules.ts';
import { images, podSecurity, probes, resources, restrictedNamespace, secretsByReference } from './pod-rules.ts';
import type { Rule } from './rule.ts';
import { autoscalers } from './scaling-rules.ts';
import { environments, references, schemas, scraping } from './setting-rules.ts';

/** What holds for every overlay, with any of the components. */
export const allRules: Rule[] = [
  schemas,
  podSecurity,
  restrictedNamespace,
  probes,
  resources,
  images,
  secretsByReference,
  environments,
  references,
  gracePeriod,
  rollout,
  disruptionBudgets,
  spread,
  migration,
  services,
  routes,
  polling,
  longIdle,
  autoscalers,
  networkPolicies,
  scraping,
];
