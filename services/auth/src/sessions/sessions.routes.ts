import { IdParams, ListQuery, LoginBody, SessionsAnswer, TokenAnswer } from '@hallway/contracts';
import { AppError, callerOf, type createAuthenticate, type HttpServer } from '@hallway/platform';
import type { FastifyReply } from 'fastify';
import { toPage } from '../page.ts';
import type { SignInWithPassword } from '../second-factor/sign-in-with-password.ts';
import { toDeviceName } from './device-name.ts';
import type { EndSessions } from './end-sessions.ts';
import { keepOutOfCaches } from './keep-out-of-caches.ts';
import type { SignedIn } from './open-session.ts';
import type { RefreshCookie } from './refresh-cookie.ts';
import type { RefreshSession } from './refresh-session.ts';
import type { SessionsRepository, StoredSession } from './sessions.repository.ts';
import type { SignOut } from './sign-out.ts';

export interface SessionsRoutesDeps {
  authenticate: ReturnType<typeof createAuthenticate>;
  signInWithPassword: SignInWithPassword;
  refreshSession: RefreshSession;
  signOut: SignOut;
  endSessions: EndSessions;
  sessions: SessionsRepository;
  cookie: RefreshCookie;
}

export function addSessionsRoutes(app: HttpServer, deps: SessionsRoutesDeps): void {
  addSignInRoutes(app, deps);
  addSessionListRoutes(app, deps);
}

function addSignInRoutes(app: HttpServer, deps: SessionsRoutesDeps): void {
  const { signInWithPassword, refreshSession, signOut, cookie } = deps;
  const response = { 200: TokenAnswer };
  const onRequest = [cookie.refuseForeignOrigin, keepOutOfCaches];

  function answer(reply: FastifyReply, { answer, refreshToken, cookieSeconds }: SignedIn) {
    cookie.write(reply, refreshToken, cookieSeconds);
    return answer;
  }

  app.post(
    '/api/auth/login',
    { onRequest: keepOutOfCaches, schema: { body: LoginBody, response } },
    async (request, reply) => {
      const credentials = { ...request.body, address: request.ip };
      return answer(reply, await signInWithPassword(credentials, toDeviceName(request.headers['user-agent'])));
    },
  );

  app.post('/api/auth/refresh', { onRequest, schema: { response } }, async (request, reply) => {
    try {
      return answer(reply, await refreshSession({ cookie: cookie.read(request), address: request.ip }));
    } catch (error) {
      if (error instanceof AppError && error.code === 'SESSION_ENDED') cookie.clear(reply);
      throw error;
    }
  });

  app.post('/api/auth/logout', { onRequest }, async (request, reply) => {
    cookie.clear(reply);
    await signOut({ authorization: request.headers.authorization, cookie: cookie.read(request) });
    return reply.status(204).send();
  });
}

function addSessionListRoutes(app: HttpServer, deps: SessionsRoutesDeps): void {
  const { authenticate, endSessions, sessions } = deps;

  app.get(
    '/api/auth/sessions',
    { onRequest: authenticate, schema: { querystring: ListQuery, response: { 200: SessionsAnswer } } },
    async (request) => {
      const { sub, sid } = callerOf(request);
      const live = await sessions.listLive(sub, new Date());
      const { page, nextCursor } = toPage(live, ({ id }) => id, request.query);
      return { sessions: page.map((session) => toSessionAnswer(session, sid)), nextCursor };
    },
  );

  app.delete(
    '/api/auth/sessions/:id',
    { onRequest: authenticate, schema: { params: IdParams } },
    async (request, reply) => {
      const { sub, sid } = callerOf(request);
      const session = await sessions.find(request.params.id);
      if (!session || session.userId !== sub || session.endedAt !== null) throw new AppError({ code: 'NOT_FOUND' });
      await endSessions.endOne(session, session.id === sid ? 'signed-out' : 'ended-elsewhere');
      return reply.status(204).send();
    },
  );
}

/** What a person or an administrator sees of a session. */
export function toSessionAnswer(session: StoredSession, currentId: string) {
  return {
    id: session.id,
    device: session.device,
    createdAt: session.createdAt.toISOString(),
    lastSeenAt: session.lastSeenAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
    current: session.id === currentId,
  };
}
