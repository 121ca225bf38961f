import type {
  PasskeyAnswer,
  PasskeyOptionsAnswer,
  RecoveryCodesAnswer,
  RenamedPasskeyAnswer,
  SecondFactorAnswer,
  SecondFactorSetup,
  SecondFactorStep,
  SetupAnswer,
  TotpSecretAnswer,
} from '@hallway/contracts';
import type { SendRequest } from './http.ts';
import type { Rest } from './rest.ts';
import type { SecondFactorClient, SetupSteps, SignInSteps } from './second-factor-types.ts';
import type { SessionKeeper } from './session.ts';
import { HallwayError } from './types.ts';

/** What a refused sign-in asks for next; null when it was refused for another reason. */
export function findSecondStep(thrown: unknown): SecondFactorStep | null {
  return detailsOf<SecondFactorStep>(thrown, 'SECOND_FACTOR_REQUIRED');
}

/** The token with which a sign-in goes on to set a factor up; null when it was refused for another reason. */
export function findSetup(thrown: unknown): SecondFactorSetup | null {
  return detailsOf<SecondFactorSetup>(thrown, 'SECOND_FACTOR_SETUP_REQUIRED');
}

function detailsOf<T>(thrown: unknown, code: string): T | null {
  return thrown instanceof HallwayError && thrown.body.code === code ? (thrown.body.details as T) : null;
}

interface StepsDeps {
  sendRequest: SendRequest;
  session: SessionKeeper;
}

export function createSignInSteps({ sendRequest, session }: StepsDeps): SignInSteps {
  const post = (path: string, body: unknown = {}) => sendRequest({ method: 'POST', path, body });

  function setUp(setupToken: string): SetupSteps {
    const at = '/api/auth/login/setup';
    // The cookie of the session is set by then: it is taken up like that of a page which was left open.
    const toFirst = ({ recoveryCodes }: SetupAnswer) => ({ recoveryCodes, enter: () => session.restore() });
    return {
      beginTotp: async () => (await post(`${at}/totp`, { setupToken })) as TotpSecretAnswer,
      finishTotp: async (code) => toFirst((await post(`${at}/totp/confirm`, { setupToken, code })) as SetupAnswer),
      beginPasskey: async () => ((await post(`${at}/passkey`, { setupToken })) as PasskeyOptionsAnswer).options,
      async finishPasskey(name, passkey) {
        return toFirst((await post(`${at}/passkey/confirm`, { setupToken, name, passkey })) as SetupAnswer);
      },
    };
  }

  return {
    answer: (step) => session.enter('/api/auth/login/second-factor', step),
    passkeyOptions: async () => ((await post('/api/auth/login/passkey/options')) as PasskeyOptionsAnswer).options,
    signInWithPasskey: (passkey) => session.enter('/api/auth/login/passkey', { passkey }),
    setUp,
  };
}

export function createSecondFactorClient(rest: Rest): SecondFactorClient {
  const at = '/api/auth/second-factor';
  const passkeyAt = (id: string) => `${at}/passkeys/${encodeURIComponent(id)}`;
  const optionsAt = async (path: string) => ((await rest.post(path, {})) as PasskeyOptionsAnswer).options;
  return {
    overview: async () => (await rest.get(at)) as SecondFactorAnswer,
    async confirm(proof) {
      await rest.post(`${at}/confirmation`, proof);
    },
    confirmOptions: () => optionsAt(`${at}/confirmation/options`),
    beginTotp: async () => (await rest.post(`${at}/totp`, {})) as TotpSecretAnswer,
    finishTotp: async (code) => (await rest.post(`${at}/totp/confirm`, { code })) as RecoveryCodesAnswer,
    beginPasskey: () => optionsAt(`${at}/passkeys/options`),
    finishPasskey: async (name, passkey) => (await rest.post(`${at}/passkeys`, { name, passkey })) as PasskeyAnswer,
    async renamePasskey(id, name) {
      return ((await rest.patch(passkeyAt(id), { name })) as RenamedPasskeyAnswer).passkey;
    },
    async removeTotp() {
      await rest.remove(`${at}/totp`);
    },
    async removePasskey(id) {
      await rest.remove(passkeyAt(id));
    },
    async renewRecoveryCodes() {
      return ((await rest.post(`${at}/recovery-codes`, {})) as RecoveryCodesAnswer).recoveryCodes ?? [];
    },
  };
}
