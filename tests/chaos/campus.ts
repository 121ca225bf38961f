import { createSchool } from '@hallway/testkit';
import mongoose from 'mongoose';
import type { ActorPlan } from './crowd/crowd-protocol.ts';
import type { Random } from './random.ts';
import type { ChaosSystem } from './system.ts';

export const password = 'hallway-demo';

export interface CampusRequest {
  /** People who take part, each with one device. */
  clients: number;
  /** How many of them have a second device. */
  secondDevices: number;
  groups: number;
  membersPerGroup: number;
  /** Members of each group who never sign in, so that there is somebody to notify. */
  absentPerGroup: number;
  /** How many people open a direct room with somebody. */
  directRooms: number;
}

export interface Campus {
  actors: ActorPlan[];
  /** Rooms of many: made straight in the database, as no route makes them yet. */
  groups: string[];
  absent: { userId: string; rooms: string[] }[];
}

interface Member {
  id: string;
  username: string;
}

/** People of one course, with the password of the demo campus, and rooms for them. Nobody is shared between scenarios. */
export async function makeCampus(
  { mongo }: Pick<ChaosSystem, 'mongo'>,
  request: CampusRequest,
  random: Random,
): Promise<Campus> {
  const people = await makePeople(mongo.connection, request.clients);
  const away = request.absentPerGroup === 0 ? [] : await makePeople(mongo.connection, request.absentPerGroup);
  const groups = new Map<string, Member[]>();
  const deal = createDeal(people, random);
  for (let index = 0; index < request.groups; index += 1) {
    const members = deal(request.membersPerGroup);
    groups.set(await makeGroup(mongo.connection, [...members, ...away]), members);
  }
  const pairs = random.some(people, request.directRooms).map((person) => {
    return [person, random.pick(people.filter((other) => other.id !== person.id))] as const;
  });
  const actors = people.flatMap((person, index): ActorPlan[] => {
    const devices = index < request.secondDevices ? ['', '-phone'] : [''];
    return devices.map((device) => planActor({ person, device, groups, pairs, random }));
  });
  const absent = away.map(({ id }) => ({ userId: id, rooms: [...groups.keys()] }));
  return { actors, groups: [...groups.keys()], absent };
}

/** Deals people from a shuffled pack, and from the next one when it is used up: nobody is left without a room by chance. */
function createDeal(people: Member[], random: Random): (count: number) => Member[] {
  let pack: Member[] = [];
  return function deal(count) {
    if (pack.length < count) {
      const others = people.filter((person) => !pack.includes(person));
      pack = [...pack, ...random.some(others, others.length)];
    }
    return pack.splice(0, count);
  };
}

interface Placed {
  person: Member;
  device: string;
  groups: Map<string, Member[]>;
  pairs: (readonly [Member, Member])[];
  random: Random;
}

function planActor({ person, device, groups, pairs, random }: Placed): ActorPlan {
  const rooms = [...groups].filter(([, members]) => members.includes(person)).map(([id]) => id);
  // Somebody may know one room from the list alone, but at least one lies open.
  const openRooms = rooms.length < 2 || random.chance(0.5) ? rooms : random.some(rooms, rooms.length - 1);
  const directWith = pairs.filter((pair) => pair.includes(person)).map(([a, b]) => (a === person ? b.id : a.id));
  return {
    client: `${person.username}${device}`,
    username: person.username,
    userId: person.id,
    rooms,
    openRooms,
    directWith: [...new Set(directWith)],
    seed: random.between(0, 2 ** 31),
  };
}

type Connection = ChaosSystem['mongo']['connection'];

async function makePeople(connection: Connection, count: number): Promise<Member[]> {
  const school = createSchool(connection);
  const demo = await connection.collection('users').findOne({ username: 'john' });
  const people: Awaited<ReturnType<typeof school.person>>[] = [];
  // One after the other: hundreds at once would wait in the driver's pool, and time out there on a busy machine.
  while (people.length < count) people.push(await school.person('student'));
  const ids = people.map(({ id }) => new mongoose.Types.ObjectId(id));
  await connection
    .collection('users')
    .updateMany({ _id: { $in: ids } }, { $set: { passwordHash: demo?.passwordHash ?? '' } });
  await school.course(Object.fromEntries(people.map(({ id }) => [id, 'student' as const])));
  return people.map(({ id, username }) => ({ id, username }));
}

async function makeGroup(connection: Connection, members: Member[]): Promise<string> {
  const _id = new mongoose.Types.ObjectId();
  const joinedAt = new Date();
  await connection
    .collection('memberships')
    .insertMany(
      members.map(({ id }) => ({ roomId: _id, userId: new mongoose.Types.ObjectId(id), role: 'member', joinedAt })),
    );
  await connection.collection('rooms').insertOne({
    ...{ _id, type: 'group', title: `Group ${_id.toHexString().slice(-4)}`, courseId: null, directIds: null },
    ...{ memberCount: members.length, lastSeq: 0, lastMessageAt: null, createdAt: joinedAt },
  });
  return _id.toHexString();
}
