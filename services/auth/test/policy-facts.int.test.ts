import { createDirectoryReader, createFactsReader, createPolicyFacts } from '@hallway/policy';
import mongoose, { type Connection } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureIndexes } from '../src/database-indexes.ts';
import { freshEnvironment } from './auth-fixture.ts';

let connection: Connection;
let queries = 0;
const ids = Object.fromEntries(
  ['ana', 'ben', 'kim', 'tia', 'cs', 'art'].map((name) => [name, new mongoose.Types.ObjectId()]),
) as Record<'ana' | 'ben' | 'kim' | 'tia' | 'cs' | 'art', mongoose.Types.ObjectId>;
const hex = (name: keyof typeof ids) => ids[name].toHexString();

beforeAll(async () => {
  connection = await mongoose.createConnection(freshEnvironment().MONGODB_URI!, { monitorCommands: true }).asPromise();
  await ensureIndexes(connection);
  const createdAt = new Date();
  const person = (name: 'ana' | 'ben' | 'kim' | 'tia', role: string, active = true) => ({
    _id: ids[name],
    username: name,
    usernameKey: name,
    name: name.toUpperCase(),
    nameKey: name,
    role,
    passwordHash: 'x',
    active,
    createdAt,
  });
  await connection
    .collection('users')
    .insertMany([
      person('ana', 'parent'),
      person('ben', 'student'),
      person('kim', 'student', false),
      person('tia', 'instructor'),
    ]);
  await connection.collection('courses').insertMany([
    { _id: ids.cs, code: 'CS101', title: 'Programming', term: 'T1', createdAt },
    { _id: ids.art, code: 'ART1', title: 'Drawing', term: 'T1', createdAt },
  ]);
  await connection.collection('enrolments').insertMany([
    { courseId: ids.cs, userId: ids.ben, role: 'student', createdAt },
    { courseId: ids.art, userId: ids.ben, role: 'observer', createdAt },
    { courseId: ids.art, userId: ids.kim, role: 'student', createdAt },
    { courseId: ids.cs, userId: ids.tia, role: 'instructor', createdAt },
  ]);
  await connection.collection('guardianships').insertMany([
    { parentId: ids.ana, childId: ids.ben, createdAt },
    { parentId: ids.ana, childId: ids.kim, createdAt },
  ]);
  connection.getClient().on('commandStarted', ({ commandName }) => {
    if (commandName === 'find' || commandName === 'aggregate') queries += 1;
  });
});
afterAll(async () => {
  await connection.dropDatabase();
  await connection.close();
});

describe('factsOf', () => {
  it('when asked for several people, answers all facts in five queries and leaves unknown ids out', async () => {
    queries = 0;
    const facts = await createPolicyFacts({ reader: createFactsReader(connection) }).factsOf([
      hex('ana'),
      hex('ben'),
      hex('kim'),
      hex('ben'),
      'ffffffffffffffffffffffff',
      'no id',
    ]);
    expect(queries).toBe(5);
    expect([...facts.keys()].sort()).toEqual([hex('ana'), hex('ben'), hex('kim')].sort());
    const ana = facts.get(hex('ana'))!;
    const course = (name: 'cs' | 'art') => ({ courseId: hex(name), concludesAt: null, settings: {} });
    const child = (name: 'ben' | 'kim', takes: 'cs' | 'art') => ({
      childId: hex(name),
      mayMessage: true,
      endsAt: null,
      courses: [course(takes)],
    });
    expect(ana).toEqual({
      id: hex('ana'),
      role: 'parent',
      roles: ['parent'],
      active: true,
      safetyStaff: false,
      courses: [],
      children: expect.arrayContaining([child('ben', 'cs'), child('kim', 'art')]),
      blockedIds: new Set(),
    });
    expect(ana.children).toHaveLength(2);
    expect(facts.get(hex('kim'))).toEqual({
      id: hex('kim'),
      role: 'student',
      roles: ['student'],
      active: false,
      safetyStaff: false,
      courses: [{ ...course('art'), role: 'student' }],
      children: [],
      blockedIds: new Set(),
    });
    expect(facts.get(hex('ben'))?.courses).toContainEqual({ ...course('art'), role: 'observer' });
  });

  it('when asked for nobody, asks the database nothing', async () => {
    queries = 0;
    expect((await createPolicyFacts({ reader: createFactsReader(connection) }).factsOf(['no id'])).size).toBe(0);
    expect(queries).toBe(0);
  });
});

describe('the directory reader', () => {
  it('when people are looked up, answers their public shape alone', async () => {
    const reader = createDirectoryReader(connection);
    const people = await reader.findPublicUsers([hex('tia'), 'ffffffffffffffffffffffff']);
    expect([...people.values()]).toEqual([{ id: hex('tia'), username: 'tia', name: 'TIA', role: 'instructor' }]);
    expect(await reader.findUser(hex('kim'))).toEqual({
      id: hex('kim'),
      username: 'kim',
      name: 'KIM',
      role: 'student',
      roles: ['student'],
      active: false,
    });
    expect(await reader.findUser('ffffffffffffffffffffffff')).toBeNull();
    expect(await reader.findUser('no id')).toBeNull();
  });

  it('when courses are looked up, answers them, their members and whose they are', async () => {
    const reader = createDirectoryReader(connection);
    expect(await reader.findCourse(hex('cs'))).toEqual({
      id: hex('cs'),
      code: 'CS101',
      title: 'Programming',
      term: 'T1',
    });
    expect(await reader.findCourse('no id')).toBeNull();
    expect((await reader.coursesOf(hex('ben'))).map(({ code, myRole }) => [code, myRole])).toEqual([
      ['ART1', 'observer'],
      ['CS101', 'student'],
    ]);
    const members = await reader.listCourseMembers(hex('cs'));
    expect(members).toHaveLength(2);
    expect(members).toContainEqual({ userId: hex('tia'), role: 'instructor', sectionIds: [] });
    expect((await reader.childrenOf(hex('ana'))).sort()).toEqual([hex('ben'), hex('kim')].sort());
  });
});
