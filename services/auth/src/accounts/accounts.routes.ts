import { MeAnswer, PasswordBody } from '@hallway/contracts';
import { AppError, callerOf, type createAuthenticate, type HttpServer } from '@hallway/platform';
import type { SessionsRepository } from '../sessions/sessions.repository.ts';
import { type AccountsRepository, toAccountAnswer } from './accounts.repository.ts';
import type { ChangePassword } from './change-password.ts';

export interface AccountsRoutesDeps {
  authenticate: ReturnType<typeof createAuthenticate>;
  accounts: AccountsRepository;
  sessions: SessionsRepository;
  changePassword: ChangePassword;
}

export function addAccountsRoutes(app: HttpServer, deps: AccountsRoutesDeps): void {
  const { authenticate, accounts, sessions, changePassword } = deps;

  app.get('/api/auth/me', { onRequest: authenticate, schema: { response: { 200: MeAnswer } } }, async (request) => {
    const { sub, sid } = callerOf(request);
    const [account, session] = await Promise.all([accounts.findById(sub), sessions.find(sid)]);
    if (!account || !session) throw new AppError({ code: 'SESSION_ENDED', internal: 'the account or session is gone' });
    return {
      user: toAccountAnswer(account),
      session: {
        id: session.id,
        createdAt: session.createdAt.toISOString(),
        expiresAt: session.expiresAt.toISOString(),
      },
    };
  });

  app.post(
    '/api/auth/password',
    { onRequest: authenticate, schema: { body: PasswordBody } },
    async (request, reply) => {
      const { sub, sid } = callerOf(request);
      await changePassword({ userId: sub, sessionId: sid, ...request.body, address: request.ip });
      return reply.status(204).send();
    },
  );
}
