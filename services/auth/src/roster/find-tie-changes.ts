import mongoose from 'mongoose';
import { addEnrolment, compareEnrolment, compareGuardianship, isManual, type MembershipPlace } from './compare-ties.ts';
import { findDroppedCourses } from './find-catalog-changes.ts';
import type { PeopleSearch } from './find-person-changes.ts';
import { type Compared, slicesOf } from './in-batches.ts';
import { changesPerBatch } from './roster-changes.ts';
import type { RosterEnrolmentRecord, RosterGuardianshipRecord } from './roster-records.ts';
import { familyKey, type Offering, toMembership } from './to-school.ts';

/** Everything of some courses at a time: their enrolments in the database and in the roster meet in memory. */
export async function* findEnrolmentChanges(search: PeopleSearch): AsyncGenerator<Compared> {
  for (const offerings of offeringsInParts(search.school.offerings.values())) {
    yield* compareCourses(search, offerings);
  }
  const dropped = await findDroppedCourses(search);
  for (const courses of slicesOf(dropped, 50)) {
    const labels = new Map(courses.map((course) => [course._id.toHexString(), course]));
    const ofCourses = { courseId: { $in: courses.map(({ _id }) => _id) }, source: 'roster' } as const;
    for await (const before of search.records.enrolments.find(ofCourses)) {
      const { sourcedId = '', code = '' } = labels.get(before.courseId.toHexString()) ?? {};
      yield endEnrolment(search, before, { sourcedId, code });
    }
  }
}

/** Courses with some 500 enrolments together, or one course with more. */
function* offeringsInParts(offerings: Iterable<Offering>): Generator<Offering[]> {
  let part: Offering[] = [];
  let size = 0;
  for (const offering of offerings) {
    part.push(offering);
    // A course without members costs a look all the same.
    size += offering.members.size + 5;
    if (size < changesPerBatch) continue;
    yield part;
    part = [];
    size = 0;
  }
  if (part.length > 0) yield part;
}

async function* compareCourses(search: PeopleSearch, offerings: Offering[]): AsyncGenerator<Compared> {
  const { records, ids } = search;
  const wanted = new Map(offerings.map((offering) => [ids.courses.of(offering.sourcedId), toWanted(search, offering)]));
  const courseIds = [...wanted.keys()].map((id) => new mongoose.Types.ObjectId(id));
  for await (const before of records.enrolments.find({ courseId: { $in: courseIds } })) {
    const course = wanted.get(before.courseId.toHexString());
    if (!course) continue;
    const userId = before.userId.toHexString();
    const userSourcedId = course.members.get(userId);
    course.members.delete(userId);
    yield compareOne(search, { before, offering: course.offering, userSourcedId });
  }
  for (const { offering, members } of wanted.values()) {
    for (const [userId, userSourcedId] of members) {
      const rows = offering.members.get(userSourcedId) ?? [];
      yield {
        change: addEnrolment(toMembership(rows), placeOf(search, { offering, userId, userSourcedId })),
        inForce: false,
      };
    }
  }
}

/** The members that a course is to have: the roster's id by Hallway's. */
function toWanted({ ids }: PeopleSearch, offering: Offering) {
  return { offering, members: new Map([...offering.members.keys()].map((id) => [ids.people.of(id), id])) };
}

interface Pair {
  before: RosterEnrolmentRecord;
  offering: Offering;
  userSourcedId: string | undefined;
}

function compareOne(search: PeopleSearch, { before, offering, userSourcedId }: Pair): Compared {
  if (isManual(before)) {
    const example = `${userSourcedId} in ${offering.sourcedId}`;
    if (userSourcedId !== undefined) search.faults.note('An enrolment made by hand stays as it is', example);
    return { change: null, inForce: false };
  }
  const { course, sourcedId } = offering;
  if (userSourcedId === undefined) return endEnrolment(search, before, { sourcedId, code: course.code });
  const place = placeOf(search, { offering, userId: before.userId.toHexString(), userSourcedId });
  const wanted = toMembership(offering.members.get(userSourcedId) ?? []);
  if (before.status === 'ended' && (before.rosterRows ?? []).length > 0) {
    search.faults.note('An enrolment that was ended by hand stays ended', place.key);
  }
  return { change: compareEnrolment(wanted, before, place), inForce: before.status !== 'ended' };
}

function endEnrolment(
  { now }: PeopleSearch,
  before: RosterEnrolmentRecord,
  course: { sourcedId: string; code: string },
): Compared {
  const userId = before.userId.toHexString();
  const change = compareEnrolment(null, before, {
    courseId: before.courseId.toHexString(),
    userId,
    sectionIds: new Map(),
    key: `${userId} in ${course.sourcedId}`,
    label: course.code,
    now,
  });
  return { change, inForce: before.status !== 'ended' };
}

function placeOf(
  { ids, school, now }: PeopleSearch,
  { offering, userId, userSourcedId }: { offering: Offering; userId: string; userSourcedId: string },
): MembershipPlace {
  const name = school.people.get(userSourcedId)?.user.name ?? userSourcedId;
  return {
    courseId: ids.courses.of(offering.sourcedId),
    userId,
    sectionIds: ids.sections.asMap(),
    key: `${userSourcedId} in ${offering.sourcedId}`,
    label: `${name} in ${offering.course.code}`,
    now,
  };
}

/** Some engines compare every document that they find with the whole list that was asked for. */
const parentsAtOnce = 50;

/** By parents: what the roster says of some of them, and what is so. Then those whose parent is not in the roster any more. */
export async function* findGuardianshipChanges(search: PeopleSearch): AsyncGenerator<Compared> {
  const { records, school, ids } = search;
  const childrenOf = new Map<string, string[]>();
  for (const { parentId, childId } of school.families.values()) {
    childrenOf.set(parentId, [...(childrenOf.get(parentId) ?? []), childId]);
  }
  for (const parents of slicesOf(childrenOf.keys(), parentsAtOnce)) {
    const wanted = toWantedFamilies(search, parents, childrenOf);
    const parentIds = parents.map((id) => new mongoose.Types.ObjectId(ids.people.of(id)));
    yield* compareFamilies(search, wanted, records.guardianships.find({ parentId: { $in: parentIds } }));
  }
  const seen = new Set([...childrenOf.keys()].map((id) => ids.people.of(id)));
  for await (const before of records.guardianships.find({ listed: true })) {
    if (!seen.has(before.parentId.toHexString())) yield compareFamily(search, { before, wanted: false });
  }
}

interface WantedFamily {
  parentId: string;
  childId: string;
  /** Of the roster, for the report. */
  key: string;
  label: string;
}

function toWantedFamilies({ ids, school }: PeopleSearch, parents: string[], childrenOf: Map<string, string[]>) {
  const nameOf = (id: string) => school.people.get(id)?.user.name ?? id;
  const wanted = new Map<string, WantedFamily>();
  for (const parent of parents) {
    for (const child of childrenOf.get(parent) ?? []) {
      const pair = { parentId: ids.people.of(parent), childId: ids.people.of(child) };
      const shown = { key: `${parent} of ${child}`, label: `${nameOf(parent)} of ${nameOf(child)}` };
      wanted.set(familyKey(pair), { ...pair, ...shown });
    }
  }
  return wanted;
}

async function* compareFamilies(
  search: PeopleSearch,
  wanted: Map<string, WantedFamily>,
  known: AsyncIterable<RosterGuardianshipRecord>,
): AsyncGenerator<Compared> {
  for await (const before of known) {
    const key = familyKey(idsOf(before));
    yield compareFamily(search, { before, wanted: wanted.has(key) });
    wanted.delete(key);
  }
  for (const pair of wanted.values()) {
    yield { change: compareGuardianship(true, null, { ...pair, now: search.now }), inForce: false };
  }
}

function compareFamily(
  { now }: PeopleSearch,
  { before, wanted }: { before: RosterGuardianshipRecord; wanted: boolean },
): Compared {
  const pair = idsOf(before);
  const place = { ...pair, key: `${pair.parentId} of ${pair.childId}`, label: 'parent and child', now };
  return { change: compareGuardianship(wanted, before, place), inForce: before.listed ?? false };
}

function idsOf({ parentId, childId }: RosterGuardianshipRecord) {
  return { parentId: parentId.toHexString(), childId: childId.toHexString() };
}
