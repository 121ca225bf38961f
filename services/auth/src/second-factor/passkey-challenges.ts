import { randomBytes } from 'node:crypto';
import { secondFactorLimits } from '@hallway/contracts';
import type { Connection } from 'mongoose';
import type { DataKeys } from './data-keys.ts';

const duplicateKey = 11_000;

interface SpentChallenge {
  _id: string;
  purgeAt: Date;
}

/** What a challenge is for. One of another use, or for another person, is none. */
export type ChallengeUse = 'sign-in' | `${'register' | 'second-step' | 'confirm'} ${string}`;

const nonceBytes = 16;
const timeBytes = 6;
const headBytes = nonceBytes + timeBytes;
const lifeMs = secondFactorLimits.stepSeconds * 1000;

/**
 * What a passkey signs: random, and good for five minutes and for one use. A challenge carries its own end and our mark, so
 * that handing them out to anybody who asks stores nothing; the database keeps those that were used.
 */
export function createPasskeyChallenges(deps: { connection: Connection; dataKeys: DataKeys }) {
  const { connection, dataKeys } = deps;
  const spent = connection.collection<SpentChallenge>('spentPasskeyChallenges');

  function readHead(challenge: string, use: ChallengeUse): Buffer | null {
    const bytes = Buffer.from(challenge, 'base64url');
    const head = bytes.subarray(0, headBytes);
    const isOurs = dataKeys.isMark(bytes.subarray(headBytes), head.toString('base64url'), contextOf(use));
    return isOurs ? head : null;
  }

  return {
    issue(use: ChallengeUse): Buffer {
      const head = Buffer.alloc(headBytes);
      randomBytes(nonceBytes).copy(head);
      head.writeUIntBE(Date.now() + lifeMs, nonceBytes, timeBytes);
      const mark = dataKeys.mark(head.toString('base64url'), contextOf(use));
      return Buffer.concat([head, Buffer.from(mark, 'base64url')]);
    },

    /** Whether a challenge is ours, for this use, and not over. Says nothing about whether it was used. */
    isGood(challenge: string, use: ChallengeUse): boolean {
      const head = readHead(challenge, use);
      return head !== null && head.readUIntBE(nonceBytes, timeBytes) > Date.now();
    },

    /** Uses a good challenge up. False: somebody was quicker. Atomic. */
    async spend(challenge: string): Promise<boolean> {
      try {
        // By its random part: a challenge written in another way is the same one.
        const _id = Buffer.from(challenge, 'base64url').subarray(0, nonceBytes).toString('base64url');
        await spent.insertOne({ _id, purgeAt: new Date(Date.now() + lifeMs) });
        return true;
      } catch (error) {
        if ((error as { code?: unknown }).code === duplicateKey) return false;
        throw error;
      }
    },
  };
}

export type PasskeyChallenges = ReturnType<typeof createPasskeyChallenges>;

function contextOf(use: ChallengeUse): string {
  return `passkey-challenge ${use}`;
}
