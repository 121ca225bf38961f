import { openStaging } from './open-staging.ts';
import type { RosterRows } from './roster-rows.ts';
import { createStagedTables } from './staged-tables.ts';

/** Whoever made them closes `staging`. */
export function createEmptyRows(): RosterRows {
  const staging = openStaging();
  return {
    orgs: new Map(),
    academicSessions: new Map(),
    courses: new Map(),
    classes: new Map(),
    ...createStagedTables(staging),
    staging,
  };
}
