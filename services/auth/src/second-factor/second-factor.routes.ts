import {
  AddPasskeyBody,
  ConfirmationAnswer,
  ConfirmationBody,
  IdParams,
  type Passkey,
  PasskeyAnswer,
  PasskeyOptionsAnswer,
  RecoveryCodesAnswer,
  RenamedPasskeyAnswer,
  RenamePasskeyBody,
  SecondFactorAnswer,
  secondFactorLimits,
  TotpCodeBody,
  TotpSecretAnswer,
} from '@hallway/contracts';
import { AppError, callerOf, type createAuthenticate, type HttpServer } from '@hallway/platform';
import type { FastifyRequest } from 'fastify';
import type { Account, AccountsRepository } from '../accounts/accounts.repository.ts';
import { keepOutOfCaches } from '../sessions/keep-out-of-caches.ts';
import type { AddFactor } from './add-factor.ts';
import { type ConfirmPerson, type createRequireConfirmation, toCaller } from './confirm-person.ts';
import type { FactorsRepository } from './factors.repository.ts';
import type { StoredPasskey } from './factors.ts';
import type { Passkeys } from './passkeys.ts';
import type { RemoveFactors } from './remove-factors.ts';
import type { RenamePasskey } from './rename-passkey.ts';
import type { RequiredRoles } from './required-roles.ts';

export interface SecondFactorRoutesDeps {
  authenticate: ReturnType<typeof createAuthenticate>;
  requireConfirmation: ReturnType<typeof createRequireConfirmation>;
  accounts: AccountsRepository;
  factors: FactorsRepository;
  passkeys: Passkeys;
  requiredRoles: RequiredRoles;
  confirmPerson: ConfirmPerson;
  addFactor: AddFactor;
  renamePasskey: RenamePasskey;
  removeFactors: RemoveFactors;
}

/**
 * One's own factors. Everything that changes how somebody signs in needs a confirmation; finishing what was begun
 * with one does not.
 */
export function addSecondFactorRoutes(app: HttpServer, deps: SecondFactorRoutesDeps): void {
  addOverviewRoutes(app, deps);
  addAddingRoutes(app, deps);
  addRemovingRoutes(app, deps);
}

function addOverviewRoutes(app: HttpServer, deps: SecondFactorRoutesDeps): void {
  const { authenticate, accounts, factors, passkeys, requiredRoles, confirmPerson } = deps;
  const onRequest = [authenticate, keepOutOfCaches];

  app.get(
    '/api/auth/second-factor',
    { onRequest, schema: { response: { 200: SecondFactorAnswer } } },
    async (request) => {
      const account = await accessAccount(accounts, request);
      const { totp, passkeys: stored, recoveryMarks } = await factors.find(account.id);
      return {
        totp: totp && { addedAt: totp.addedAt.toISOString() },
        passkeys: stored.map(toPasskeyAnswer),
        recoveryCodesLeft: recoveryMarks.length,
        required: requiredRoles.isRequired(account),
      };
    },
  );

  app.post(
    '/api/auth/second-factor/confirmation/options',
    { onRequest, schema: { response: { 200: PasskeyOptionsAnswer } } },
    async (request) => {
      const { sub } = callerOf(request);
      const known = await factors.find(sub);
      return { options: { ...(await passkeys.useOptions(`confirm ${sub}`, known.passkeys)) } };
    },
  );

  app.post(
    '/api/auth/second-factor/confirmation',
    { onRequest, schema: { body: ConfirmationBody, response: { 200: ConfirmationAnswer } } },
    async (request) => {
      await confirmPerson(toCaller(request), request.body);
      return { expiresIn: secondFactorLimits.stepSeconds };
    },
  );
}

function addAddingRoutes(app: HttpServer, deps: SecondFactorRoutesDeps): void {
  const { authenticate, requireConfirmation, accounts, addFactor, renamePasskey } = deps;
  const onRequest = [authenticate, requireConfirmation, keepOutOfCaches];

  app.post(
    '/api/auth/second-factor/totp',
    { onRequest, schema: { response: { 200: TotpSecretAnswer } } },
    async (request) => addFactor.beginTotp(await accessAccount(accounts, request)),
  );

  app.post(
    '/api/auth/second-factor/totp/confirm',
    {
      onRequest: [authenticate, keepOutOfCaches],
      schema: { body: TotpCodeBody, response: { 200: RecoveryCodesAnswer } },
    },
    async (request) => ({ recoveryCodes: await addFactor.finishTotp(toCaller(request), request.body.code) }),
  );

  app.post(
    '/api/auth/second-factor/passkeys/options',
    { onRequest, schema: { response: { 200: PasskeyOptionsAnswer } } },
    async (request) => addFactor.beginPasskey(await accessAccount(accounts, request)),
  );

  app.post(
    '/api/auth/second-factor/passkeys',
    { onRequest: [authenticate, keepOutOfCaches], schema: { body: AddPasskeyBody, response: { 201: PasskeyAnswer } } },
    async (request, reply) => {
      const { name, passkey } = request.body;
      const added = await addFactor.finishPasskey(toCaller(request), name, passkey);
      return reply.status(201).send({ ...added, passkey: toPasskeyAnswer(added.passkey) });
    },
  );

  app.patch(
    '/api/auth/second-factor/passkeys/:id',
    {
      onRequest: [authenticate, keepOutOfCaches],
      schema: { params: IdParams, body: RenamePasskeyBody, response: { 200: RenamedPasskeyAnswer } },
    },
    async (request) => {
      const renamed = await renamePasskey(toCaller(request), request.params.id, request.body.name);
      return { passkey: toPasskeyAnswer(renamed) };
    },
  );
}

function addRemovingRoutes(app: HttpServer, deps: SecondFactorRoutesDeps): void {
  const { authenticate, requireConfirmation, removeFactors } = deps;
  const onRequest = [authenticate, requireConfirmation, keepOutOfCaches];

  app.delete('/api/auth/second-factor/totp', { onRequest }, async (request, reply) => {
    await removeFactors.removeTotp(toCaller(request));
    return reply.status(204).send();
  });

  app.delete(
    '/api/auth/second-factor/passkeys/:id',
    { onRequest, schema: { params: IdParams } },
    async (request, reply) => {
      await removeFactors.removePasskey(toCaller(request), request.params.id);
      return reply.status(204).send();
    },
  );

  app.post(
    '/api/auth/second-factor/recovery-codes',
    { onRequest, schema: { response: { 200: RecoveryCodesAnswer } } },
    async (request) => ({ recoveryCodes: await removeFactors.renewRecoveryCodes(toCaller(request)) }),
  );
}

async function accessAccount(accounts: AccountsRepository, request: FastifyRequest): Promise<Account> {
  const account = await accounts.findById(callerOf(request).sub);
  if (!account) throw new AppError({ code: 'SESSION_ENDED', internal: 'the account is gone' });
  return account;
}

function toPasskeyAnswer({ id, name, createdAt, lastUsedAt, backedUp }: StoredPasskey): Passkey {
  return {
    id,
    name,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    backedUp,
  };
}
