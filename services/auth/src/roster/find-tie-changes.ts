import mongoose from 'mongoose';
import { addEnrolment, compareEnrolment, compareGuardianship, isManual, type MembershipPlace } from './compare-ties.ts';
import { findDroppedCourses } from './find-catalog-changes.ts';
import type { PeopleSearch } from './find-person-changes.ts';
import { type Compared, slicesOf } from './in-batches.ts';
import type { Offering } from './offering.ts';
import { changesPerBatch } from './roster-changes.ts';
import type { RosterEnrolmentRecord, RosterGuardianshipRecord } from './roster-records.ts';
import type { Family } from './staged-families.ts';
import type { Member } from './staged-people.ts';
import { toMembership } from './to-school.ts';

/** Everything of some courses at a time: their enrolments in the database and in the roster meet in memory. */
export async function* findEnrolmentChanges(search: PeopleSearch): AsyncGenerator<Compared> {
  for (const courses of coursesInParts(search)) yield* compareCourses(search, courses);
  const dropped = await findDroppedCourses(search);
  for (const courses of slicesOf(dropped, 50)) {
    const labels = new Map(courses.map((course) => [course._id.toHexString(), course]));
    const ofCourses = { courseId: { $in: courses.map(({ _id }) => _id) }, source: 'roster' } as const;
    for await (const before of search.records.enrolments.find(ofCourses).batchSize(changesPerBatch)) {
      const { sourcedId = '', code = '' } = labels.get(before.courseId.toHexString()) ?? {};
      yield endEnrolment(search, before, { sourcedId, code });
    }
  }
}

/** A course and the members that it is to have, by Hallway's ids. */
interface WantedCourse {
  offering: Offering;
  members: Map<string, Member>;
}

/** Courses with some 500 members together, or one course with more, by Hallway's ids. */
function* coursesInParts({ school, ids }: PeopleSearch): Generator<Map<string, WantedCourse>> {
  let part = new Map<string, WantedCourse>();
  let size = 0;
  for (const offering of school.offerings.values()) {
    const members = [...school.people.membersOf(offering).values()];
    const byId = new Map(members.map((member) => [ids.people.of(member.sourcedId), member]));
    part.set(ids.courses.of(offering.sourcedId), { offering, members: byId });
    // A course without members costs a look all the same.
    size += members.length + 5;
    if (size < changesPerBatch) continue;
    yield part;
    part = new Map();
    size = 0;
  }
  if (part.size > 0) yield part;
}

async function* compareCourses(search: PeopleSearch, wanted: Map<string, WantedCourse>): AsyncGenerator<Compared> {
  const courseIds = [...wanted.keys()].map((id) => new mongoose.Types.ObjectId(id));
  const known = search.records.enrolments.find({ courseId: { $in: courseIds } }).batchSize(changesPerBatch);
  for await (const before of known) {
    const course = wanted.get(before.courseId.toHexString());
    if (!course) continue;
    const userId = before.userId.toHexString();
    const member = course.members.get(userId);
    course.members.delete(userId);
    yield compareOne(search, { before, offering: course.offering, member });
  }
  for (const { offering, members } of wanted.values()) {
    for (const [userId, member] of members) {
      const place = placeOf(search, { offering, userId, member });
      yield { change: addEnrolment(toMembership(member.rows), place), inForce: false };
    }
  }
}

interface Pair {
  before: RosterEnrolmentRecord;
  offering: Offering;
  member: Member | undefined;
}

function compareOne(search: PeopleSearch, { before, offering, member }: Pair): Compared {
  if (isManual(before)) {
    if (member) {
      const example = `${member.sourcedId} in ${offering.sourcedId}`;
      search.faults.note('An enrolment made by hand stays as it is', example);
    }
    return { change: null, inForce: false };
  }
  const { course, sourcedId } = offering;
  if (!member) return endEnrolment(search, before, { sourcedId, code: course.code });
  const place = placeOf(search, { offering, userId: before.userId.toHexString(), member });
  if (before.status === 'ended' && (before.rosterRows ?? []).length > 0) {
    search.faults.note('An enrolment that was ended by hand stays ended', place.key);
  }
  const change = compareEnrolment(toMembership(member.rows), before, place);
  return { change, inForce: before.status !== 'ended' };
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
  { ids, now }: PeopleSearch,
  { offering, userId, member }: { offering: Offering; userId: string; member: Member },
): MembershipPlace {
  return {
    courseId: ids.courses.of(offering.sourcedId),
    userId,
    sectionIds: ids.sections.asMap(),
    key: `${member.sourcedId} in ${offering.sourcedId}`,
    label: `${member.name} in ${offering.course.code}`,
    now,
  };
}

/** Some engines compare every document that they find with the whole list that was asked for. */
const parentsAtOnce = 50;

/** By parents: what the roster says of some of them, and what is so. Then those whose parent is not in the roster any more. */
export async function* findGuardianshipChanges(search: PeopleSearch): AsyncGenerator<Compared> {
  const { records, school } = search;
  for (const families of school.families.inPages(parentsAtOnce)) {
    const wanted = toWantedFamilies(search, families);
    const parentIds = new Set([...wanted.values()].map(({ parentId }) => parentId));
    const ofParents = { parentId: { $in: [...parentIds].map((id) => new mongoose.Types.ObjectId(id)) } };
    yield* compareFamilies(search, wanted, records.guardianships.find(ofParents).batchSize(changesPerBatch));
  }
  for await (const before of records.guardianships.find({ listed: true }).batchSize(changesPerBatch)) {
    const isSeen = school.families.hasParent(before.parentId.toHexString());
    if (!isSeen) yield compareFamily(search, { before, wanted: false });
  }
}

interface WantedFamily {
  parentId: string;
  childId: string;
  /** Of the roster, for the report. */
  key: string;
  label: string;
}

/** By Hallway's ids of both. */
function toWantedFamilies({ ids, school }: PeopleSearch, families: Family[]) {
  const nameOf = (id: string) => school.people.find(id)?.user.name ?? id;
  const wanted = new Map<string, WantedFamily>();
  for (const { parentId, childId } of families) {
    const pair = { parentId: ids.people.of(parentId), childId: ids.people.of(childId) };
    const shown = { key: `${parentId} of ${childId}`, label: `${nameOf(parentId)} of ${nameOf(childId)}` };
    wanted.set(familyKey(pair), { ...pair, ...shown });
  }
  return wanted;
}

function familyKey({ parentId, childId }: Family): string {
  return `${parentId} of ${childId}`;
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
