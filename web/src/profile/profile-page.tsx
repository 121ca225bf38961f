import { Link } from 'react-router';
import { useMe } from '../client/hallway-context.ts';
import { ChildrenCards } from '../courses/children-cards.tsx';
import { CourseCards } from '../courses/course-cards.tsx';
import { Avatar } from '../pieces/avatar.tsx';
import { Card, Page, Section } from '../pieces/page.tsx';
import { toRoleWord } from '../words/people.ts';

export function ProfilePage() {
  const me = useMe();
  const isParent = me.role === 'parent';
  return (
    <Page title="Profile">
      <Card className="mt-6 flex items-center gap-4 p-4">
        <Avatar id={me.id} name={me.name} size="large" />
        <dl className="grid min-w-0 grid-cols-[auto_1fr] gap-x-4 gap-y-1">
          <dt className="text-ink-soft">Name</dt>
          <dd className="font-medium wrap-anywhere">{me.name}</dd>
          <dt className="text-ink-soft">Username</dt>
          <dd className="wrap-anywhere">{me.username}</dd>
          <dt className="text-ink-soft">Role</dt>
          <dd>{toRoleWord(me.role)}</dd>
        </dl>
      </Card>
      <p className="mt-2 text-small text-ink-soft">
        Your institution keeps these facts: ask an administrator when one is wrong. The theme and your sessions are in{' '}
        <Link to="/settings" className="text-accent underline">
          Settings
        </Link>
        .
      </p>
      <Section title={isParent ? 'My children' : 'My courses'}>
        {isParent ? <ChildrenCards /> : <CourseCards />}
      </Section>
    </Page>
  );
}
