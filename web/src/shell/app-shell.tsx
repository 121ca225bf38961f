import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { Outlet, useLocation } from 'react-router';
import { CardsSkeleton } from '../pieces/skeleton.tsx';
import type { NewRoomKind } from '../rooms/new-room-dialog.tsx';
import { ConnectionLine } from './connection-line.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { Navigation } from './navigation.tsx';
import { PeopleSearchContext } from './people-search-context.ts';
import { useVisibleArea } from './use-visible-area.ts';

const PeopleSearch = lazy(async () => ({ default: (await import('../people/people-search.tsx')).PeopleSearch }));
const NewRoomDialog = lazy(async () => ({ default: (await import('../rooms/new-room-dialog.tsx')).NewRoomDialog }));

/** A phone shows one conversation alone, with a way back instead of the bar. */
const conversationPath = /^\/(?:messages|learningDashboard\/studentChat)\/./;

function useSearchKey(onPress: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== 'k')
        return;
      event.preventDefault();
      onPress();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [onPress]);
}

/** Everything around a page for a person who is signed in. */
export function AppShell() {
  const { pathname } = useLocation();
  const [overlay, setOverlay] = useState<'search' | NewRoomKind | null>(null);
  const open = useCallback(() => setOverlay('search'), []);
  const close = useCallback(() => setOverlay(null), []);
  const search = useMemo(() => ({ open }), [open]);
  useSearchKey(open);
  useVisibleArea();
  return (
    <PeopleSearchContext value={search}>
      <div className="visible-area safe-sides safe-head flex flex-col bg-canvas">
        <a
          href="#main"
          className="sr-only rounded-control bg-raised px-4 py-2 focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-10"
        >
          Skip to the page
        </a>
        <ConnectionLine />
        <div className="flex min-h-0 flex-1 flex-col-reverse tablet:flex-row">
          <Navigation hiddenOnPhone={conversationPath.test(pathname)} />
          <main id="main" tabIndex={-1} className="min-h-0 min-w-0 flex-1 outline-none">
            <ErrorBoundary resetKey={pathname}>
              <Suspense fallback={<PageSkeleton />}>
                <Outlet />
              </Suspense>
            </ErrorBoundary>
          </main>
        </div>
      </div>
      <Suspense fallback={null}>
        {overlay === 'search' ? <PeopleSearch onClose={close} onNewRoom={setOverlay} /> : null}
        {overlay === 'group' || overlay === 'course' ? <NewRoomDialog kind={overlay} onClose={close} /> : null}
      </Suspense>
    </PeopleSearchContext>
  );
}

export function PageSkeleton() {
  return (
    <div className="mx-auto max-w-4xl px-4 py-6 tablet:px-8 tablet:py-8">
      <CardsSkeleton label="Loading the page" />
    </div>
  );
}
