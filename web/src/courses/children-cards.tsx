import type { ChildrenAnswer } from '@hallway/contracts';
import { Users } from 'lucide-react';
import { useResource } from '../client/use-resource.ts';
import { Button, ButtonLink } from '../pieces/button.tsx';
import { FaultNotice } from '../pieces/fault-notice.tsx';
import { Card, EmptyState } from '../pieces/page.tsx';
import { PersonLine } from '../pieces/person-line.tsx';
import { CardsSkeleton } from '../pieces/skeleton.tsx';
import { usePeopleSearch } from '../shell/people-search-context.ts';
import { toPersonPath } from '../words/paths.ts';
import { counted, toShortName } from '../words/people.ts';

type Child = ChildrenAnswer['children'][number];

function ChildCard({ child }: { child: Child }) {
  const search = usePeopleSearch();
  return (
    <Card className="flex flex-col p-4">
      <h3 className="flex items-center gap-3">
        <PersonLine person={child} note={counted(child.courses.length, 'course')} />
      </h3>
      <ul className="mt-3 flex flex-col gap-1 text-small text-ink-soft">
        {child.courses.map((course) => (
          <li key={course.id}>
            {course.code}: {course.title} · {course.term}
          </li>
        ))}
      </ul>
      <div className="mt-auto flex flex-wrap gap-2 pt-4">
        <ButtonLink to={toPersonPath(child.id)}>Message {toShortName(child.name)}</ButtonLink>
        <Button look="quiet" onClick={search.open}>
          Find an instructor
        </Button>
      </div>
    </Card>
  );
}

/** A parent's children and their courses, each with a next step. */
export function ChildrenCards() {
  const { value, fault, reload } = useResource('children', (client) => client.children());
  if (value === null) {
    return fault === null ? <CardsSkeleton label="Loading children" /> : <FaultNotice fault={fault} onRetry={reload} />;
  }
  if (value.length === 0) {
    return (
      <Card>
        <EmptyState
          icon={<Users className="size-8" />}
          title="No children linked yet"
          advice="Your institution links your children to your account. They then appear here, with their courses."
        >
          <ButtonLink to="/messages">Go to messages</ButtonLink>
        </EmptyState>
      </Card>
    );
  }
  return (
    <div className="grid gap-4 tablet:grid-cols-2">
      {value.map((child) => (
        <ChildCard key={child.id} child={child} />
      ))}
    </div>
  );
}
