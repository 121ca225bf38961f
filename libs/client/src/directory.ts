import type {
  ChatRoom,
  ChildrenAnswer,
  CourseAnswer,
  CoursesAnswer,
  OpenRoomAnswer,
  PeopleAnswer,
  SessionsAnswer,
} from '@hallway/contracts';
import type { PeopleCache } from './people-cache.ts';
import type { Rest } from './rest.ts';
import type { HallwayClient } from './types.ts';

type Directory = Pick<
  HallwayClient,
  'openDirectRoom' | 'people' | 'courses' | 'children' | 'course' | 'sessions' | 'endSession'
>;

interface DirectoryDeps {
  rest: Rest;
  people: PeopleCache;
  onRoom: (chatRoom: ChatRoom) => void;
}

/** What is asked once and shown, without a live state. Every call throws `HallwayError`. */
export function createDirectory({ rest, people, onRoom }: DirectoryDeps): Directory {
  return {
    async openDirectRoom(participantId, courseId) {
      const body = courseId === undefined ? { participantId } : { participantId, courseId };
      const { chatRoom } = (await rest.post('/api/message/chat-room', body)) as OpenRoomAnswer;
      people.meetRoom(chatRoom);
      onRoom(chatRoom);
      return chatRoom;
    },
    async people({ query, cursor }) {
      const answer = (await rest.get('/api/directory/people', { query, cursor })) as PeopleAnswer;
      people.meet(answer.people);
      return answer;
    },
    async courses() {
      const { courses } = (await rest.get('/api/directory/courses')) as CoursesAnswer;
      people.meet(courses.flatMap((course) => course.instructors));
      return courses;
    },
    async children() {
      const { children } = (await rest.get('/api/directory/children')) as ChildrenAnswer;
      people.meet(children);
      return children;
    },
    async course(courseId, currentChatRoomId = 'none') {
      const path = `/api/message/course/${encodeURIComponent(courseId)}/${encodeURIComponent(currentChatRoomId)}`;
      const answer = (await rest.get(path)) as CourseAnswer;
      people.meet(answer.students);
      return answer;
    },
    async sessions() {
      return ((await rest.get('/api/auth/sessions')) as SessionsAnswer).sessions;
    },
    async endSession(sessionId) {
      await rest.remove(`/api/auth/sessions/${encodeURIComponent(sessionId)}`);
    },
  };
}
