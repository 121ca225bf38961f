import { type Static, Type } from 'typebox';
import { TokenAnswer } from './auth-api.ts';
import { Id, Nullable, Timestamp } from './primitives.ts';

const closed = { additionalProperties: false } as const;

export const secondFactorLimits = {
  recoveryCodes: 10,
  /** Passkeys of one person. */
  passkeys: 10,
  passkeyNameLength: 60,
  /** Seconds between a right password and the second step, and for which a person stays confirmed. */
  stepSeconds: 300,
  /** Wrong answers to one second step before it has to begin anew. */
  wrongAnswers: 5,
} as const;

export const SecondFactorMethod = Type.Union([
  Type.Literal('totp'),
  Type.Literal('passkey'),
  Type.Literal('recovery-code'),
]);
export type SecondFactorMethod = Static<typeof SecondFactorMethod>;

// --- Passkeys, as WebAuthn writes them in JSON. Browsers add fields of their own, so that these objects are open. ----------

const Base64Url = Type.String({ pattern: '^[A-Za-z0-9_-]*$', maxLength: 16_384 });
const CredentialId = Type.String({ pattern: '^[A-Za-z0-9_-]+$', maxLength: 1400 });
const credential = {
  id: CredentialId,
  rawId: CredentialId,
  type: Type.Literal('public-key'),
  clientExtensionResults: Type.Object({}),
};

/** What `PublicKeyCredential.toJSON()` answers for a new passkey. */
export const NewPasskey = Type.Object({
  ...credential,
  response: Type.Object({
    clientDataJSON: Base64Url,
    attestationObject: Base64Url,
    transports: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 10 })),
  }),
});
export type NewPasskey = Static<typeof NewPasskey>;

/** What `PublicKeyCredential.toJSON()` answers for a passkey that was used. */
export const UsedPasskey = Type.Object({
  ...credential,
  response: Type.Object({
    clientDataJSON: Base64Url,
    authenticatorData: Base64Url,
    signature: Base64Url,
    userHandle: Type.Optional(Nullable(Base64Url)),
  }),
});
export type UsedPasskey = Static<typeof UsedPasskey>;

/** The options of `navigator.credentials`, in the JSON form that browsers read. */
export const PasskeyOptionsAnswer = Type.Object({ options: Type.Unsafe<Record<string, unknown>>({}) }, closed);
export type PasskeyOptionsAnswer = Static<typeof PasskeyOptionsAnswer>;

// --- Signing in ---------------------------------------------------------------------------------------------------------

/** `details` of `SECOND_FACTOR_REQUIRED`: the password was right, and one of these has to follow. */
export interface SecondFactorStep {
  challenge: string;
  /** Seconds. */
  expiresIn: number;
  methods: SecondFactorMethod[];
  /** Only where a passkey is among the methods. */
  passkeyOptions?: Record<string, unknown>;
}

/** `details` of `SECOND_FACTOR_SETUP_REQUIRED`: a factor has to be set up before the first session. */
export interface SecondFactorSetup {
  setupToken: string;
  /** Seconds. */
  expiresIn: number;
}

const StepToken = Type.String({ minLength: 1, maxLength: 100 });
/** Spaces and hyphens do not count, as people write them for reading. */
const TotpCode = Type.String({ minLength: 6, maxLength: 20 });
const PasskeyName = Type.String({ minLength: 1, maxLength: secondFactorLimits.passkeyNameLength });

/** The second step of a sign-in; exactly one of the three answers. */
export const SecondStepBody = Type.Union([
  Type.Object({ challenge: StepToken, code: TotpCode }, closed),
  Type.Object({ challenge: StepToken, recoveryCode: Type.String({ minLength: 1, maxLength: 40 }) }, closed),
  Type.Object({ challenge: StepToken, passkey: UsedPasskey }, closed),
]);
export type SecondStepBody = Static<typeof SecondStepBody>;

export const PasskeySignInBody = Type.Object({ passkey: UsedPasskey }, closed);

export const SetupBody = Type.Object({ setupToken: StepToken }, closed);
export const SetupTotpBody = Type.Object({ setupToken: StepToken, code: TotpCode }, closed);
export const SetupPasskeyBody = Type.Object({ setupToken: StepToken, name: PasskeyName, passkey: NewPasskey }, closed);

/** Null: the codes that the person has stay good. They are shown this once. */
const RecoveryCodes = Nullable(Type.Array(Type.String()));

/** The first session of somebody who had to set a factor up. */
export const SetupAnswer = Type.Object({ ...TokenAnswer.properties, recoveryCodes: RecoveryCodes }, closed);
export type SetupAnswer = Static<typeof SetupAnswer>;

// --- One's own factors --------------------------------------------------------------------------------------------------

export const Passkey = Type.Object(
  {
    id: Id,
    name: Type.String(),
    createdAt: Timestamp,
    lastUsedAt: Nullable(Timestamp),
    /** Whether it is kept beyond one device, as by a password manager. */
    backedUp: Type.Boolean(),
  },
  closed,
);
export type Passkey = Static<typeof Passkey>;

export const SecondFactorAnswer = Type.Object(
  {
    totp: Nullable(Type.Object({ addedAt: Timestamp }, closed)),
    passkeys: Type.Array(Passkey),
    recoveryCodesLeft: Type.Integer({ minimum: 0 }),
    /** Whether the person's roles must have a factor. */
    required: Type.Boolean(),
  },
  closed,
);
export type SecondFactorAnswer = Static<typeof SecondFactorAnswer>;

/** Shows anew who sits there: the password or a passkey. */
export const ConfirmationBody = Type.Union([
  Type.Object({ currentPassword: Type.String({ minLength: 1, maxLength: 1000 }) }, closed),
  Type.Object({ passkey: UsedPasskey }, closed),
]);
export type ConfirmationBody = Static<typeof ConfirmationBody>;

export const ConfirmationAnswer = Type.Object({ expiresIn: Type.Integer() }, closed);

/** A new secret for an authenticator app; it counts from the first right code on. */
export const TotpSecretAnswer = Type.Object({ secret: Type.String(), uri: Type.String() }, closed);
export type TotpSecretAnswer = Static<typeof TotpSecretAnswer>;

export const TotpCodeBody = Type.Object({ code: TotpCode }, closed);
export const AddPasskeyBody = Type.Object({ name: PasskeyName, passkey: NewPasskey }, closed);
export type AddPasskeyBody = Static<typeof AddPasskeyBody>;

export const RecoveryCodesAnswer = Type.Object({ recoveryCodes: RecoveryCodes }, closed);
export type RecoveryCodesAnswer = Static<typeof RecoveryCodesAnswer>;

export const RenamePasskeyBody = Type.Object({ name: PasskeyName }, closed);
export const RenamedPasskeyAnswer = Type.Object({ passkey: Passkey }, closed);
export type RenamedPasskeyAnswer = Static<typeof RenamedPasskeyAnswer>;

export const PasskeyAnswer = Type.Object({ passkey: Passkey, recoveryCodes: RecoveryCodes }, closed);
export type PasskeyAnswer = Static<typeof PasskeyAnswer>;
