import type { CourseRole, PublicUser } from '@hallway/contracts';
import type { MessageFixture } from './message-fixture.ts';

/** A course with its people, and short words for what tests do with rooms of many. */
export function withRooms(fixture: MessageFixture) {
  const { school, call } = fixture;

  return {
    async course(roles: Record<string, CourseRole>) {
      const people: Record<string, PublicUser> = {};
      for (const [name, role] of Object.entries(roles)) {
        people[name] = await school.person(role === 'instructor' ? 'instructor' : 'student', { name });
      }
      const members = Object.fromEntries(Object.entries(roles).map(([name, role]) => [people[name]!.id, role]));
      return { people, ...(await school.course(members)) };
    },
    createRoom: (by: PublicUser, body: object) => call(by, 'POST /api/rooms', body),
    async group(by: PublicUser, others: PublicUser[], more: object = {}): Promise<string> {
      const body = { type: 'group', title: 'Reading circle', memberIds: others.map(({ id }) => id), ...more };
      const answer = await call(by, 'POST /api/rooms', body);
      if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
      return answer.body.chatRoom.id;
    },
    async send(by: PublicUser, chatRoomId: string, content = 'hello') {
      return call(by, 'POST /api/message/message', { chatRoomId, content });
    },
    async members(by: PublicUser, roomId: string): Promise<string[]> {
      const { body } = await call(by, `GET /api/rooms/${roomId}/members?limit=200`);
      return (body.members ?? []).map((member: PublicUser) => member.id).sort();
    },
    read: (by: PublicUser, roomId: string, query = '') =>
      call(by, `GET /api/message/chat-room/${roomId}/messages${query}`),
    async conversation(by: PublicUser, roomId: string) {
      const { body } = await call(by, 'GET /api/messages?limit=200');
      return body.conversations.find((one: { chatRoom: { id: string } }) => one.chatRoom.id === roomId);
    },
  };
}

export const idsOf = (...people: (PublicUser | undefined)[]): string[] => people.map((person) => person!.id).sort();

/** The status and what a client decides by. */
export function refusalOf({ status, body }: { status: number; body: { error: { code: string; details?: unknown } } }) {
  return [status, body.error.code, (body.error.details as { reason?: string } | undefined)?.reason];
}
