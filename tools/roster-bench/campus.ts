import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

export interface CampusSize {
  users: number;
  enrolments: number;
}

/** A class of a university: lectures are larger, seminars smaller. */
const PEOPLE_PER_CLASS = 50;
const CLASSES_PER_COURSE = 2;
/** One of so many people teaches, and one is somebody's parent. */
const TEACHER_EVERY = 20;
const PARENT_EVERY = 10;

/**
 * Writes a OneRoster 1.2 ZIP of a made-up campus, row by row: the same size and shift make the same files. `shift` moves each
 * student's first class by so many classes for one in a hundred students, as a term's day brings.
 */
export async function writeCampus(path: string, size: CampusSize, shift = 0): Promise<void> {
  const zip = new ZipFile();
  for (const [name, rows] of Object.entries(filesOf(size, shift))) {
    zip.addReadStream(Readable.from(inChunks(rows)), `${name}.csv`);
  }
  zip.end();
  const output = createWriteStream(path);
  zip.outputStream.pipe(output);
  await once(output, 'close');
}

/** Few large chunks: a chunk per row would take longer than everything else. */
function* inChunks(rows: Iterable<string>): Generator<Buffer> {
  let text = '';
  for (const row of rows) {
    text += `${row}\r\n`;
    if (text.length < 65_536) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}

function filesOf(size: CampusSize, shift: number): Record<string, Iterable<string>> {
  const names = ['orgs', 'academicSessions', 'courses', 'classes', 'users', 'roles', 'enrollments'];
  return {
    manifest: [
      'propertyName,value',
      'manifest.version,1.0',
      'oneroster.version,1.2',
      ...names.map((name) => `file.${name},bulk`),
    ],
    orgs: [
      'sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId',
      'org-1,,,Example University,school,,',
    ],
    academicSessions: [
      'sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear',
      'term-1,,,"Autumn term, long",term,2026-09-01,2099-02-28,,2099',
    ],
    courses: courseRows(size),
    classes: classRows(size),
    users: userRows(size),
    roles: roleRows(size),
    enrollments: enrolmentRows(size, shift),
  };
}

function classCount({ enrolments }: CampusSize): number {
  return Math.max(1, Math.floor(enrolments / PEOPLE_PER_CLASS));
}

function* courseRows(size: CampusSize): Generator<string> {
  yield 'sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes';
  for (let course = 0; course < Math.ceil(classCount(size) / CLASSES_PER_COURSE); course += 1) {
    yield `course-${course},,,,"Course ""No. ${course}""",C${course},,org-1,,`;
  }
}

function* classRows(size: CampusSize): Generator<string> {
  yield 'sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods';
  for (let index = 0; index < classCount(size); index += 1) {
    const course = Math.floor(index / CLASSES_PER_COURSE);
    yield `class-${index},,,Group ${index},,course-${course},,scheduled,,org-1,term-1,,,`;
  }
}

type CampusRole = 'teacher' | 'parent' | 'student';

function roleAt(user: number): CampusRole {
  if (user % TEACHER_EVERY === 0) return 'teacher';
  return user % PARENT_EVERY === 1 ? 'parent' : 'student';
}

function* userRows({ users }: CampusSize): Generator<string> {
  yield 'sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,resourceSourcedIds,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns';
  for (let user = 0; user < users; user += 1) {
    // A parent is followed by two students, who are the children.
    const agents = roleAt(user) === 'parent' && user + 2 < users ? `"user-${user + 1},user-${user + 2}"` : '';
    yield `user-${user},,,true,person${user},,Given${user},Family${user % 997},,,person${user}@example.edu,,,${agents},,,,,,,,org-1,`;
  }
}

function* roleRows({ users }: CampusSize): Generator<string> {
  yield 'sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId';
  for (let user = 0; user < users; user += 1) yield `role-${user},,,user-${user},primary,${roleAt(user)},,,org-1,`;
}

function* enrolmentRows(size: CampusSize, shift: number): Generator<string> {
  yield 'sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate';
  const classes = classCount(size);
  let row = 0;
  for (let round = 0; row < size.enrolments; round += 1) {
    for (let user = 0; user < size.users && row < size.enrolments; user += 1) {
      const role = roleAt(user);
      if (role === 'parent') continue;
      const moved = round === 0 && user % 100 === 3 ? shift : 0;
      const place = (user * 7 + round * 1013 + moved) % classes;
      yield `enrolment-${row},,,class-${place},org-1,user-${user},${role},false,,`;
      row += 1;
    }
  }
}
