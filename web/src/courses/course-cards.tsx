import type { Course } from '@hallway/contracts';
import { BookOpen } from 'lucide-react';
import { Link } from 'react-router';
import { useMe } from '../client/hallway-context.ts';
import { useResource } from '../client/use-resource.ts';
import { ButtonLink } from '../pieces/button.tsx';
import { FaultNotice } from '../pieces/fault-notice.tsx';
import { Card, EmptyState } from '../pieces/page.tsx';
import { CardsSkeleton } from '../pieces/skeleton.tsx';
import { toCoursePath, toPersonPath } from '../words/paths.ts';
import { counted, toShortName } from '../words/people.ts';

const roleInCourse = {
  student: 'You are a student here',
  ta: 'You assist here',
  instructor: 'You teach this course',
  observer: 'You observe this course',
} as const;

function CourseCard({ course, myId }: { course: Course; myId: string }) {
  const others = course.instructors.filter((person) => person.id !== myId);
  const [instructor] = others;
  return (
    <Card className="flex flex-col p-4">
      <h3 className="font-semibold">
        <Link to={toCoursePath(course.id)} className="hover:underline">
          {course.code}: {course.title}
        </Link>
      </h3>
      <p className="mt-1 text-small text-ink-soft">
        {course.term} · {counted(course.studentCount, 'student')}
      </p>
      <p className="mt-1 text-small text-ink-soft">
        {others.length > 0 ? `With ${others.map((person) => person.name).join(', ')}` : roleInCourse[course.myRole]}
      </p>
      <div className="mt-auto flex flex-wrap gap-2 pt-4">
        {instructor === undefined ? null : (
          <ButtonLink to={toPersonPath(instructor.id, course.id)}>Message {toShortName(instructor.name)}</ButtonLink>
        )}
        <ButtonLink to={toCoursePath(course.id)} look="quiet">
          See its people
        </ButtonLink>
      </div>
    </Card>
  );
}

/** The caller's courses, each with a next step. */
export function CourseCards() {
  const me = useMe();
  const { value, fault, reload } = useResource('courses', (client) => client.courses());
  if (value === null) {
    return fault === null ? <CardsSkeleton label="Loading courses" /> : <FaultNotice fault={fault} onRetry={reload} />;
  }
  if (value.length === 0) {
    return (
      <Card>
        <EmptyState
          icon={<BookOpen className="size-8" />}
          title="No courses yet"
          advice={
            me.role === 'admin'
              ? 'Courses that you teach or join appear here. As an administrator you can write to anyone.'
              : 'Courses that you join appear here, with the people in them.'
          }
        >
          <ButtonLink to="/messages">Go to messages</ButtonLink>
        </EmptyState>
      </Card>
    );
  }
  return (
    <div className="grid gap-4 tablet:grid-cols-2">
      {value.map((course) => (
        <CourseCard key={course.id} course={course} myId={me.id} />
      ))}
    </div>
  );
}
