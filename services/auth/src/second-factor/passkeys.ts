import type { NewPasskey, PublicUser, UsedPasskey } from '@hallway/contracts';
import { type Log, validationFailed } from '@hallway/platform';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { decodeAttestationObject } from '@simplewebauthn/server/helpers';
import mongoose from 'mongoose';
import type { KnownFactors } from './factors.repository.ts';
import type { StoredPasskey } from './factors.ts';
import type { ChallengeUse, PasskeyChallenges } from './passkey-challenges.ts';

export interface PasskeysDeps {
  /** The public origin; its host is what passkeys belong to. */
  origin: string;
  challenges: PasskeyChallenges;
  log: Log;
}

export interface PasskeyProof {
  response: UsedPasskey;
  passkey: StoredPasskey;
  use: ChallengeUse;
}

// EdDSA, ES256 and RS256: between them, every authenticator there is.
const algorithms = [-8, -7, -257];
const timeout = 120_000;

/** The WebAuthn ceremonies. What is asked for and what is checked stand together here; nothing is stored but spent challenges. */
export function createPasskeys({ origin, challenges, log }: PasskeysDeps) {
  const rpID = new URL(origin).hostname;

  return {
    /** For `navigator.credentials.create`: a passkey that can be found without a name, where the device can make one. */
    registrationOptions({ userId, handle, factors }: KnownFactors, user: PublicUser) {
      return generateRegistrationOptions({
        rpName: 'Hallway',
        rpID,
        userName: user.username,
        userDisplayName: user.name,
        userID: toBytes(handle),
        challenge: new Uint8Array(challenges.issue(`register ${userId}`)),
        timeout,
        excludeCredentials: factors.passkeys.map(toDescriptor),
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
        supportedAlgorithmIDs: algorithms,
      });
    },

    /** For `navigator.credentials.get`; without passkeys the person chooses one on the device. */
    useOptions(use: ChallengeUse, passkeys: readonly StoredPasskey[] = []) {
      return generateAuthenticationOptions({
        rpID,
        challenge: new Uint8Array(challenges.issue(use)),
        timeout,
        ...(passkeys.length === 0 ? {} : { allowCredentials: passkeys.map(toDescriptor) }),
        userVerification: replacesPassword(use) ? 'required' : 'preferred',
      });
    },

    readNew: createReadNew({ origin, rpID, challenges, log }),
    verifyUse: createVerifyUse({ origin, rpID, challenges, log }),
  };
}

export type Passkeys = ReturnType<typeof createPasskeys>;
type Checks = PasskeysDeps & { rpID: string };

function createReadNew({ origin, rpID, challenges, log }: Checks) {
  /** Checks a new passkey and uses its challenge up. Throws `VALIDATION_FAILED`. */
  return async function readNew(userId: string, name: string, response: NewPasskey): Promise<StoredPasskey> {
    try {
      refuseCertificates(response);
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        response: response as RegistrationResponseJSON,
        expectedChallenge: (challenge) => challenges.isGood(challenge, `register ${userId}`),
        expectedOrigin: origin,
        expectedRPID: rpID,
        requireUserVerification: false,
        supportedAlgorithmIDs: algorithms,
      });
      if (!verified || !(await challenges.spend(challengeOf(response))))
        throw new Error('not verified, or used before');
      const { credential, credentialBackedUp: backedUp } = registrationInfo;
      const id = new mongoose.Types.ObjectId().toHexString();
      const publicKey = Buffer.from(credential.publicKey).toString('base64url');
      const transports = response.response.transports ?? [];
      const { id: credentialId, counter } = credential;
      return {
        id,
        name,
        credentialId,
        publicKey,
        counter,
        transports,
        backedUp,
        createdAt: new Date(),
        lastUsedAt: null,
      };
    } catch (error) {
      log.warn({ err: error, userId }, 'a new passkey was refused');
      throw validationFailed([{ path: '/passkey', message: 'is not a passkey that was asked for just now' }]);
    }
  };
}

function createVerifyUse({ origin, rpID, challenges, log }: Checks) {
  /** Null: refused. Otherwise the challenge is used up, and the count has still to be compared with the stored one. */
  return async function verifyUse({ response, passkey, use }: PasskeyProof) {
    try {
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response: response as AuthenticationResponseJSON,
        expectedChallenge: (challenge) => challenges.isGood(challenge, use),
        expectedOrigin: origin,
        expectedRPID: rpID,
        // The count is compared where it is stored, in one step with storing it.
        credential: { id: passkey.credentialId, publicKey: toBytes(passkey.publicKey), counter: 0 },
        requireUserVerification: replacesPassword(use),
      });
      if (!verified || !(await challenges.spend(challengeOf(response)))) return null;
      return { counter: authenticationInfo.newCounter, backedUp: authenticationInfo.credentialBackedUp };
    } catch (error) {
      log.warn({ err: error, passkeyId: passkey.id }, 'a passkey was refused');
      return null;
    }
  };
}

/** Without a password, the device must have asked for a finger, a face or a PIN. */
function replacesPassword(use: ChallengeUse): boolean {
  return !use.startsWith('second-step ');
}

/** None are asked for, and checking one would send requests to whatever address stands in it. */
function refuseCertificates({ response }: NewPasskey): void {
  const attestation = decodeAttestationObject(toBytes(response.attestationObject));
  const isSelfMade = attestation.get('fmt') === 'packed' && attestation.get('attStmt').get('x5c') === undefined;
  if (attestation.get('fmt') !== 'none' && !isSelfMade) throw new Error('an attestation that was not asked for');
}

/** To be called after the answer was verified: then it is the challenge that was signed. */
function challengeOf({ response }: { response: { clientDataJSON: string } }): string {
  return JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString()).challenge;
}

function toDescriptor({ credentialId, transports }: StoredPasskey) {
  return { id: credentialId, transports };
}

function toBytes(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}
