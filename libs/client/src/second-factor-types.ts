import type {
  ConfirmationBody,
  NewPasskey,
  Passkey,
  PasskeyAnswer,
  PasskeyOptionsAnswer,
  RecoveryCodesAnswer,
  SecondFactorAnswer,
  SecondStepBody,
  TotpSecretAnswer,
  UsedPasskey,
} from '@hallway/contracts';

export type PasskeyOptions = PasskeyOptionsAnswer['options'];

/** How a factor is set up, before the first session and in one alike. Every call throws `HallwayError`. */
interface FactorSetup<T> {
  /** A secret for an authenticator app; asking again replaces it. */
  beginTotp(): Promise<TotpSecretAnswer>;
  /** The code that the app shows: from now on the app counts. */
  finishTotp(code: string): Promise<T>;
  /** Options for `navigator.credentials.create`, in their JSON form. */
  beginPasskey(): Promise<PasskeyOptions>;
}

/** The first factor of somebody who needed one to sign in. */
export interface FirstFactor {
  /** To be shown this once; null when there are codes already. */
  recoveryCodes: string[] | null;
  /** Goes on to the session, which waits until the codes were put somewhere. */
  enter(): Promise<void>;
}

export interface SetupSteps extends FactorSetup<FirstFactor> {
  finishPasskey(name: string, passkey: NewPasskey): Promise<FirstFactor>;
}

export interface SignInSteps {
  /** The second step; signed in afterwards. Wrong answers throw `INVALID_CREDENTIALS`, a step that is over `UNAUTHENTICATED`. */
  answer(step: SecondStepBody): Promise<void>;
  /** Options for `navigator.credentials.get`, for signing in without a name and a password. */
  passkeyOptions(): Promise<PasskeyOptions>;
  signInWithPasskey(passkey: UsedPasskey): Promise<void>;
  /** Sets the factor up without which there is no session. */
  setUp(setupToken: string): SetupSteps;
}

/** Changes throw `CONFIRMATION_REQUIRED` until `confirm` was called, and again five minutes later. */
export interface SecondFactorClient extends FactorSetup<RecoveryCodesAnswer> {
  overview(): Promise<SecondFactorAnswer>;
  /** Shows the password, or a passkey that was asked for with `confirmOptions`, again. */
  confirm(proof: ConfirmationBody): Promise<void>;
  confirmOptions(): Promise<PasskeyOptions>;
  finishPasskey(name: string, passkey: NewPasskey): Promise<PasskeyAnswer>;
  /** Needs no confirmation. */
  renamePasskey(id: string, name: string): Promise<Passkey>;
  removeTotp(): Promise<void>;
  removePasskey(id: string): Promise<void>;
  renewRecoveryCodes(): Promise<string[]>;
}
