import { Compass } from 'lucide-react';
import { ButtonLink } from '../pieces/button.tsx';
import { EmptyState, Page } from '../pieces/page.tsx';

export function NotFoundPage() {
  return (
    <Page title="No page here">
      <EmptyState
        icon={<Compass className="size-8" />}
        title="This address leads nowhere"
        advice="The link may be old or mistyped. Nothing of yours is lost."
      >
        <ButtonLink to="/" look="primary">
          Go to the dashboard
        </ButtonLink>
      </EmptyState>
    </Page>
  );
}
