import type { CourseStudent, PublicUser } from '@hallway/contracts';
import { isId, toErrorBody } from '@hallway/contracts';
import { ChevronLeft } from 'lucide-react';
import { Link, useParams } from 'react-router';
import { useIsOnline, useMe } from '../client/hallway-context.ts';
import { useResource } from '../client/use-resource.ts';
import { useWatchedPresence } from '../client/use-watched-presence.ts';
import { moveFocus } from '../messages/move-focus.ts';
import { ButtonLink } from '../pieces/button.tsx';
import { FaultNotice } from '../pieces/fault-notice.tsx';
import { Card, Page, Section } from '../pieces/page.tsx';
import { PersonLine } from '../pieces/person-line.tsx';
import { RowsSkeleton } from '../pieces/skeleton.tsx';
import { UnreadPill } from '../pieces/unread-pill.tsx';
import { toPersonPath, toRoomPath } from '../words/paths.ts';

interface PersonRowProps {
  person: PublicUser;
  to: string;
  online: boolean | undefined;
  unread: number;
  note: string;
}

function PersonRow({ person, to, online, unread, note }: PersonRowProps) {
  return (
    <li>
      <Link to={to} className="ring-inside flex items-center gap-3 px-4 py-2.5 hover:bg-hover">
        <PersonLine person={person} online={online} note={note} />
        <UnreadPill count={unread} />
      </Link>
    </li>
  );
}

function toStudentPath(student: CourseStudent, courseId: string): string {
  return student.chatRoomId === null ? toPersonPath(student.id, courseId) : toRoomPath(student.chatRoomId);
}

function toNote(student: CourseStudent, myId: string): string {
  const last = student.lastMessage;
  if (last === null || last.isVoid) return '';
  const content = last.deletedAt === undefined ? last.content : 'Message deleted';
  return last.senderId === myId ? `You: ${content}` : content;
}

function People({ title, children, empty }: { title: string; children: React.ReactNode[]; empty: string }) {
  return (
    <Section title={title}>
      <Card>
        {children.length === 0 ? (
          <p className="p-4 text-ink-soft">{empty}</p>
        ) : (
          <ul aria-label={title} className="divide-y divide-line" onKeyDown={(event) => moveFocus(event, 'a')}>
            {children}
          </ul>
        )}
      </Card>
    </Section>
  );
}

function CoursePeople({
  courseId,
  students,
  instructors,
}: {
  courseId: string;
  students: CourseStudent[];
  instructors: PublicUser[];
}) {
  const me = useMe();
  const isOnline = useIsOnline();
  const teachers = instructors.filter((person) => person.id !== me.id);
  useWatchedPresence([...teachers, ...students].map((person) => person.id));
  return (
    <>
      {teachers.length === 0 ? null : (
        <People title="Instructors" empty="">
          {teachers.map((person) => (
            <PersonRow
              key={person.id}
              person={person}
              to={toPersonPath(person.id, courseId)}
              online={isOnline(person.id)}
              unread={0}
              note=""
            />
          ))}
        </People>
      )}
      <People title="Students" empty="Students whom you can write to appear here when they join.">
        {students.map((student) => (
          <PersonRow
            key={student.id}
            person={student}
            to={toStudentPath(student, courseId)}
            online={isOnline(student.id)}
            unread={student.unread}
            note={toNote(student, me.id)}
          />
        ))}
      </People>
    </>
  );
}

function Back() {
  return (
    <Link to="/courses" className="-ml-1 inline-flex min-h-9 touch:min-h-11 items-center text-accent hover:underline">
      <ChevronLeft aria-hidden="true" className="size-5 rtl:rotate-180" />
      All courses
    </Link>
  );
}

const noSuchCourse = toErrorBody({ code: 'NOT_FOUND', requestId: '' });

function NoCourse({ fault, reload }: { fault: typeof noSuchCourse; reload: () => void }) {
  const gone = fault.code === 'NOT_FOUND' || fault.code === 'FORBIDDEN';
  const words = {
    title: 'This course isn’t here',
    advice: 'It may have been removed, or you’re not one of its members. Nothing of yours is lost.',
  };
  return (
    <Page title="Course">
      <FaultNotice fault={fault} {...(gone ? { words } : { onRetry: reload })}>
        <ButtonLink to="/courses" look={gone ? 'primary' : 'plain'}>
          See my courses
        </ButtonLink>
      </FaultNotice>
    </Page>
  );
}

function KnownCourse({ courseId }: { courseId: string }) {
  const answer = useResource(`course:${courseId}`, (client) => client.course(courseId));
  const mine = useResource('courses', (client) => client.courses());
  if (answer.value === null && answer.fault !== null) return <NoCourse fault={answer.fault} reload={answer.reload} />;
  const listed = mine.value?.find((course) => course.id === courseId);
  const course = answer.value?.course ?? listed;
  return (
    <Page title={course === undefined ? 'Course' : `${course.code}: ${course.title}`}>
      <p className="text-ink-soft">{course?.term}</p>
      <div className="mt-2">
        <Back />
      </div>
      {answer.value === null ? (
        <RowsSkeleton label="Loading people" />
      ) : (
        <CoursePeople courseId={courseId} students={answer.value.students} instructors={listed?.instructors ?? []} />
      )}
    </Page>
  );
}

export function CoursePage() {
  const { courseId = '' } = useParams();
  if (!isId(courseId)) return <NoCourse fault={noSuchCourse} reload={() => {}} />;
  return <KnownCourse key={courseId} courseId={courseId} />;
}
