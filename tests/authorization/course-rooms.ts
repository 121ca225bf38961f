import type { Role } from '@hallway/contracts';
import { eventually } from '@hallway/testkit';
import mongoose from 'mongoose';
import { type Account, type Campus, createOrder } from './campus.ts';
import { roles } from './matrix.ts';

export type TypeOfCourseRoom = 'course' | 'announcement';

export interface CourseRoom {
  room: string;
  /** By the owner. */
  message: string;
  /** Brought in by hand. */
  other: string;
}

export interface CourseRoomParts {
  course: string;
  ownerOf: (role: Role) => Account;
  /** Who owns the rooms of everybody else. Several, because nobody may make rooms without end. */
  teacherFor: (role: Role) => Account;
  /** An administrator, who may be in any room. */
  visitor: Account;
}

/**
 * The rooms of a course: one of each type for all who do not own it, and one of their own for those who do. Most doors leave a
 * room as it is, and a room of a course has many members; `make` makes another one where a door does not.
 */
export async function createCourseRooms(campus: Campus, { course, ownerOf, teacherFor, visitor }: CourseRoomParts) {
  const order = createOrder(campus);

  async function makeOwnedBy(owner: Account, type: TypeOfCourseRoom): Promise<CourseRoom> {
    const followed = { courseId: course, audience: 'course', memberIds: [visitor.id] };
    const { chatRoom } = await order(owner, 'POST /api/rooms', { type, title: 'Of the course', ...followed });
    const hello = { chatRoomId: chatRoom.id, content: 'hello' };
    const { message } = await order(owner, 'POST /api/message/message', hello);
    return { room: chatRoom.id, message: message.id, other: visitor.id };
  }

  const shared = new Map<string, CourseRoom>();
  for (const type of ['course', 'announcement'] as const) {
    shared.set(type, await makeOwnedBy(teacherFor('admin'), type));
    for (const role of roles) shared.set(`${type} ${role}`, await makeOwnedBy(ownerOf(role), type));
  }
  const find = (key: string): CourseRoom => {
    const room = shared.get(key);
    if (!room) throw new Error(`There is no course room for ${key}.`);
    return room;
  };

  return {
    share: (type: TypeOfCourseRoom, owner: Role | null) => find(owner === null ? type : `${type} ${owner}`),
    make: (type: TypeOfCourseRoom, { role, isOwn }: { role: Role; isOwn: boolean }) =>
      makeOwnedBy(isOwn ? ownerOf(role) : teacherFor(role), type),

    /** Fails for whoever is in no such room: nobody is a former member who never was one. */
    async assertMember(person: Account): Promise<void> {
      for (const { room } of shared.values()) await order(person, `GET /api/rooms/${room}`);
    },

    /** Waits for what is stored, and asks no door. */
    async waitUntilGone({ id, username }: Account): Promise<void> {
      const memberships = campus.connection.collection('memberships');
      const [userId, ...roomIds] = [id, ...[...shared.values()].map(({ room }) => room)].map(
        (one) => new mongoose.Types.ObjectId(one),
      );
      await eventually(async () => {
        const left = await memberships.countDocuments({ userId, roomId: { $in: roomIds } });
        if (left > 0) throw new Error(`${username} is still in ${left} rooms of the course`);
      });
    },
  };
}

export type CourseRooms = Awaited<ReturnType<typeof createCourseRooms>>;
