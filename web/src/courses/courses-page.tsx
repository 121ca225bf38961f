import { useMe } from '../client/hallway-context.ts';
import { Page, Section } from '../pieces/page.tsx';
import { ChildrenCards } from './children-cards.tsx';
import { CourseCards } from './course-cards.tsx';

export function CoursesPage() {
  const me = useMe();
  return (
    <Page title="Courses">
      {me.role === 'parent' ? (
        <Section title="My children’s courses">
          <ChildrenCards />
        </Section>
      ) : (
        <Section title="My courses">
          <CourseCards />
        </Section>
      )}
    </Page>
  );
}
