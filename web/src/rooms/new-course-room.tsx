import type { Course, CreateRoomBody, ErrorBody } from '@hallway/contracts';
import { limits } from '@hallway/contracts';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useResource } from '../client/use-resource.ts';
import { Button } from '../pieces/button.tsx';
import { FaultLine, FaultNotice } from '../pieces/fault-notice.tsx';
import { RowsSkeleton } from '../pieces/skeleton.tsx';
import { TextField } from '../pieces/text-field.tsx';
import { withName } from '../words/refusal-words.ts';
import { HistoryChoice, toHistoryFrom } from './history-choice.tsx';
import { managingWords } from './room-words.ts';
import { isTaughtByMe } from './staff-courses.ts';

interface NewCourseRoomProps {
  busy: boolean;
  fault: ErrorBody | null;
  onMake: (room: CreateRoomBody) => void;
}

type Type = 'course' | 'announcement';

const types: { type: Type; label: string; means: string; title: string }[] = [
  { type: 'course', label: 'Course room', means: 'Everybody in it can write.', title: 'room' },
  {
    type: 'announcement',
    label: 'Announcements',
    means: 'Owners and staff write, everybody else reads.',
    title: 'announcements',
  },
];

function toWords(fault: ErrorBody): string {
  if (fault.code === 'MESSAGING_NOT_ALLOWED') return withName(fault.message, null);
  return managingWords(fault, 'Making the room');
}

export function NewCourseRoom(props: NewCourseRoomProps) {
  const { value, fault, reload } = useResource('courses', (client) => client.courses());
  const courses = value?.filter(isTaughtByMe);
  if (courses === undefined) {
    return fault === null ? (
      <RowsSkeleton rows={2} label="Loading courses" />
    ) : (
      <FaultNotice fault={fault} onRetry={reload} />
    );
  }
  const [first] = courses;
  if (first === undefined) return <p className="text-ink-soft">Courses that you teach appear here.</p>;
  return <CourseRoomForm {...props} courses={courses} first={first} />;
}

function Select({ label, ...rest }: { label: string } & React.SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <label className="block font-medium">
      {label}
      <select
        className="mt-1 block min-h-11 w-full rounded-control border border-ink-faint bg-surface px-3 py-2 text-ink"
        {...rest}
      />
    </label>
  );
}

interface TypeChoiceProps {
  chosen: Type;
  onPick: (type: Type) => void;
}

function TypeChoice({ chosen, onPick }: TypeChoiceProps): ReactNode {
  return (
    <fieldset>
      <legend className="font-medium">Kind</legend>
      {types.map(({ type, label, means }) => (
        <label key={type} className="flex min-h-11 items-center gap-3 py-1">
          <input
            type="radio"
            name="type"
            checked={chosen === type}
            onChange={() => onPick(type)}
            className="size-4 shrink-0 accent-accent"
          />
          <span>
            <span className="block">{label}</span>
            <span className="block text-small text-ink-soft">{means}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function CourseRoomForm({
  busy,
  fault,
  onMake,
  courses,
  first,
}: NewCourseRoomProps & { courses: Course[]; first: Course }) {
  const [type, setType] = useState<Type>('course');
  const [courseId, setCourseId] = useState(first.id);
  const [sectionId, setSectionId] = useState('');
  const [typed, setTyped] = useState<string | null>(null);
  const [fromJoining, setFromJoining] = useState(false);
  const course = courses.find(({ id }) => id === courseId) ?? first;
  const section = course.sections?.find(({ id }) => id === sectionId);
  const suggested = [course.code, section?.title, types.find((each) => each.type === type)?.title]
    .filter(Boolean)
    .join(' ');
  const title = typed ?? suggested;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const audience = section === undefined ? ({ audience: 'course' } as const) : { sectionId: section.id };
    onMake({ type, title: title.trim(), courseId: course.id, ...audience, ...toHistoryFrom(fromJoining) });
  };
  const people = section === undefined ? course.code : `${section.title} of ${course.code}`;
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Select
        label="Course"
        value={course.id}
        onChange={(event) => {
          setCourseId(event.target.value);
          setSectionId('');
        }}
      >
        {courses.map(({ id, code, title: name }) => (
          <option key={id} value={id}>
            {code}: {name}
          </option>
        ))}
      </Select>
      {course.sections === undefined ? null : (
        <Select label="For" value={sectionId} onChange={(event) => setSectionId(event.target.value)}>
          <option value="">Everybody in {course.code}</option>
          {course.sections.map((each) => (
            <option key={each.id} value={each.id}>
              {each.title}
            </option>
          ))}
        </Select>
      )}
      <TypeChoice chosen={type} onPick={setType} />
      <TextField
        label="Name"
        required
        autoComplete="off"
        maxLength={limits.titleLength}
        value={title}
        onChange={(event) => setTyped(event.target.value)}
      />
      <HistoryChoice fromJoining={fromJoining} onChange={setFromJoining} />
      <p className="text-small text-ink-soft">
        Everybody who belongs to {people} is in it, now and later: who joins the course comes in, who leaves it goes.
      </p>
      {fault === null ? null : <FaultLine fault={fault} words={toWords(fault)} />}
      <div className="flex justify-end">
        <Button type="submit" look="primary" disabled={busy || title.trim() === ''}>
          Make room
        </Button>
      </div>
    </form>
  );
}
