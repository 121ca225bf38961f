import {
  PasskeyOptionsAnswer,
  PasskeySignInBody,
  SecondStepBody,
  SetupAnswer,
  SetupBody,
  SetupPasskeyBody,
  SetupTotpBody,
  TokenAnswer,
  TotpSecretAnswer,
} from '@hallway/contracts';
import type { HttpServer } from '@hallway/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toDeviceName } from '../sessions/device-name.ts';
import { keepOutOfCaches } from '../sessions/keep-out-of-caches.ts';
import type { SignedIn } from '../sessions/open-session.ts';
import type { RefreshCookie } from '../sessions/refresh-cookie.ts';
import type { AnswerSecondStep, Visitor } from './answer-second-step.ts';
import type { Passkeys } from './passkeys.ts';
import type { FirstSession, SetUpBeforeSession } from './set-up-before-session.ts';
import type { SignInWithPasskey } from './sign-in-with-passkey.ts';

export interface SignInRoutesDeps {
  answerSecondStep: AnswerSecondStep;
  signInWithPasskey: SignInWithPasskey;
  setUpBeforeSession: SetUpBeforeSession;
  passkeys: Passkeys;
  cookie: RefreshCookie;
}

/** What follows the login, or takes its place. All of it is open to people without a session. */
export function addSignInRoutes(app: HttpServer, deps: SignInRoutesDeps): void {
  addStepRoutes(app, deps);
  addSetupRoutes(app, deps);
}

function addStepRoutes(app: HttpServer, deps: SignInRoutesDeps): void {
  const { answerSecondStep, signInWithPasskey, passkeys, cookie } = deps;
  const response = { 200: TokenAnswer };

  app.post(
    '/api/auth/login/second-factor',
    { onRequest: keepOutOfCaches, schema: { body: SecondStepBody, response } },
    async (request, reply) => answer(cookie, reply, await answerSecondStep(request.body, toVisitor(request))),
  );

  app.post(
    '/api/auth/login/passkey/options',
    { onRequest: keepOutOfCaches, schema: { response: { 200: PasskeyOptionsAnswer } } },
    async () => ({ options: { ...(await passkeys.useOptions('sign-in')) } }),
  );

  app.post(
    '/api/auth/login/passkey',
    { onRequest: keepOutOfCaches, schema: { body: PasskeySignInBody, response } },
    async (request, reply) => answer(cookie, reply, await signInWithPasskey(request.body.passkey, toVisitor(request))),
  );
}

function addSetupRoutes(app: HttpServer, { setUpBeforeSession, cookie }: SignInRoutesDeps): void {
  const onRequest = keepOutOfCaches;

  function answerFirst(reply: FastifyReply, { signedIn, recoveryCodes }: FirstSession): SetupAnswer {
    return { ...answer(cookie, reply, signedIn), recoveryCodes };
  }

  app.post(
    '/api/auth/login/setup/totp',
    { onRequest, schema: { body: SetupBody, response: { 200: TotpSecretAnswer } } },
    async ({ body }) => setUpBeforeSession.beginTotp(body.setupToken),
  );

  app.post(
    '/api/auth/login/setup/totp/confirm',
    { onRequest, schema: { body: SetupTotpBody, response: { 200: SetupAnswer } } },
    async (request, reply) => {
      const { setupToken, code } = request.body;
      return answerFirst(reply, await setUpBeforeSession.finishTotp(setupToken, code, toVisitor(request)));
    },
  );

  app.post(
    '/api/auth/login/setup/passkey',
    { onRequest, schema: { body: SetupBody, response: { 200: PasskeyOptionsAnswer } } },
    async ({ body }) => setUpBeforeSession.beginPasskey(body.setupToken),
  );

  app.post(
    '/api/auth/login/setup/passkey/confirm',
    { onRequest, schema: { body: SetupPasskeyBody, response: { 200: SetupAnswer } } },
    async (request, reply) => {
      const { setupToken, ...given } = request.body;
      return answerFirst(reply, await setUpBeforeSession.finishPasskey(setupToken, given, toVisitor(request)));
    },
  );
}

function answer(cookie: RefreshCookie, reply: FastifyReply, { answer, refreshToken, cookieSeconds }: SignedIn) {
  cookie.write(reply, refreshToken, cookieSeconds);
  return answer;
}

export function toVisitor(request: FastifyRequest): Visitor {
  return { address: request.ip, device: toDeviceName(request.headers['user-agent']) };
}
