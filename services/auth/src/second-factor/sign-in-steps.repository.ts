import { createHash, randomBytes } from 'node:crypto';
import { secondFactorLimits } from '@hallway/contracts';
import mongoose, { type Connection } from 'mongoose';

/** What a right password led to instead of a session: a second step, or setting a factor up. */
export type StepKind = 'second-factor' | 'setup';

interface StepRecord {
  /** Hash of the token. */
  _id: string;
  kind: StepKind;
  userId: mongoose.Types.ObjectId;
  epoch: number;
  triesLeft: number;
  expiresAt: Date;
}

export interface SignInStep {
  userId: string;
  /** Of the account's sessions when the password was right: one of an earlier epoch leads nowhere. */
  epoch: number;
  triesLeft: number;
}

const tokenBytes = 32;
// Setting up takes several requests, each of which shows the token; a code that was mistyped must not end it.
const triesOf = { 'second-factor': secondFactorLimits.wrongAnswers, setup: 50 } as const;

/**
 * Sign-ins between the password and what follows. Tokens are opaque and stored hashed, live five minutes and allow few tries.
 * Each cost a right password and its hash, which bounds how many there are.
 */
export function createSignInSteps(connection: Connection) {
  const steps = connection.collection<StepRecord>('signInSteps');

  return {
    async create(kind: StepKind, { userId, epoch }: Pick<SignInStep, 'userId' | 'epoch'>): Promise<string> {
      const token = randomBytes(tokenBytes).toString('base64url');
      await steps.insertOne({
        _id: hash(token),
        kind,
        userId: new mongoose.Types.ObjectId(userId),
        epoch,
        triesLeft: triesOf[kind],
        expiresAt: new Date(Date.now() + secondFactorLimits.stepSeconds * 1000),
      });
      return token;
    },

    /** Takes one of the tries. Null: unknown, over, or none left. Atomic. */
    async takeTry(kind: StepKind, token: string): Promise<SignInStep | null> {
      const step = await steps.findOneAndUpdate(
        { _id: hash(token), kind, triesLeft: { $gt: 0 }, expiresAt: { $gt: new Date() } },
        { $inc: { triesLeft: -1 } },
        { returnDocument: 'after' },
      );
      return step && { userId: step.userId.toHexString(), epoch: step.epoch, triesLeft: step.triesLeft };
    },

    /** Ends a step. False: somebody was quicker. Atomic. */
    async end(token: string): Promise<boolean> {
      const { deletedCount } = await steps.deleteOne({ _id: hash(token) });
      return deletedCount === 1;
    },
  };
}

export type SignInSteps = ReturnType<typeof createSignInSteps>;

function hash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
