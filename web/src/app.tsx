import type { HallwayClient } from '@hallway/client';
import { lazy, type ReactNode, useEffect } from 'react';
import { BrowserRouter, Navigate, Route, Routes } from 'react-router';
import { HallwayContext, useSession } from './client/hallway-context.ts';
import { forgetAnswers } from './client/use-resource.ts';
import { DashboardPage } from './dashboard/dashboard-page.tsx';
import { MessagesPage } from './messages/messages-page.tsx';
import { NoConversation, PersonRoute, RoomRoute, StudentChatRoute } from './messages/room-routes.tsx';
import { useTheme } from './settings/use-theme.ts';
import { AppShell, PageSkeleton } from './shell/app-shell.tsx';
import { ErrorBoundary } from './shell/error-boundary.tsx';
import { NotFoundPage } from './shell/not-found-page.tsx';
import { SignInPage } from './sign-in/sign-in-page.tsx';

const CoursesPage = lazy(async () => ({ default: (await import('./courses/courses-page.tsx')).CoursesPage }));
const CoursePage = lazy(async () => ({ default: (await import('./courses/course-page.tsx')).CoursePage }));
const ProfilePage = lazy(async () => ({ default: (await import('./profile/profile-page.tsx')).ProfilePage }));
const SettingsPage = lazy(async () => ({ default: (await import('./settings/settings-page.tsx')).SettingsPage }));

/** Pages for people who are signed in; for everybody else the form, at whatever address they asked for. */
function SessionGate({ client, children }: { client: HallwayClient; children: ReactNode }) {
  const session = useSession();
  const signedOut = session.status === 'signed-out';
  useEffect(() => {
    if (signedOut) forgetAnswers(client);
  }, [client, signedOut]);
  if (session.status === 'restoring') return <PageSkeleton />;
  if (session.status === 'signed-out') return <SignInPage ended={session.reason !== null} />;
  return children;
}

export function App({ client }: { client: HallwayClient }) {
  useTheme();
  return (
    <ErrorBoundary>
      <HallwayContext value={client}>
        <BrowserRouter>
          <SessionGate client={client}>
            <Routes>
              <Route element={<AppShell />}>
                <Route index element={<DashboardPage />} />
                <Route path="courses" element={<CoursesPage />} />
                <Route path="courses/:courseId" element={<CoursePage />} />
                <Route element={<MessagesPage />}>
                  <Route path="messages" element={<NoConversation />} />
                  <Route path="messages/:chatRoomId" element={<RoomRoute />} />
                  <Route path="messages/with/:personId" element={<PersonRoute />} />
                  <Route
                    path="learningDashboard/studentChat/:instructorId/:chatRoomId?"
                    element={<StudentChatRoute />}
                  />
                </Route>
                <Route path="learningDashboard" element={<Navigate to="/" replace />} />
                <Route path="profile" element={<ProfilePage />} />
                <Route path="settings" element={<SettingsPage />} />
                <Route path="*" element={<NotFoundPage />} />
              </Route>
            </Routes>
          </SessionGate>
        </BrowserRouter>
      </HallwayContext>
    </ErrorBoundary>
  );
}
