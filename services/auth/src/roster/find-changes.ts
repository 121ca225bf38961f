import { findCourseChanges, findSectionChanges, findTermChanges } from './find-catalog-changes.ts';
import { findPersonChanges, type PeopleSearch } from './find-person-changes.ts';
import { findEnrolmentChanges, findGuardianshipChanges } from './find-tie-changes.ts';
import { inBatches } from './in-batches.ts';
import type { ChangeBatch } from './roster-changes.ts';

/**
 * All that must change for the directory to agree with a roster, in an order in which it can be written: nothing refers to what
 * comes later. Reads the database as it goes and writes nothing; walking it while its batches are written is what an import
 * does. Once everything is written, walking it again finds nothing.
 */
export async function* findChanges(search: PeopleSearch): AsyncGenerator<ChangeBatch> {
  yield* inBatches('term', findTermChanges(search));
  yield* inBatches('course', findCourseChanges(search));
  yield* inBatches('section', findSectionChanges(search));
  yield* inBatches('person', findPersonChanges(search));
  yield* inBatches('guardianship', findGuardianshipChanges(search));
  yield* inBatches('enrolment', findEnrolmentChanges(search));
}
