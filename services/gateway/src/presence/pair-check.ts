import type { Ask } from '@hallway/bus';
import { limits } from '@hallway/contracts';
import { AppError, createBoundedCache } from '@hallway/platform';

export interface PairCheckOptions {
  ask: Ask;
  now?: () => number;
}

// Of the second within which access ends, hardly anything is left for the message services; their own facts follow in
// milliseconds.
const freshForMs = 800;
// Pairs of people who have to do with each other within a second; 200 bytes each.
const rememberedPairs = 20_000;
// Pairs that wait for the answer before theirs: beyond it the services do not keep up, and nobody is told anything.
const waitingLimit = 50_000;

interface Waiting {
  one: string;
  other: string;
  answer: Promise<boolean>;
  settle: (allowed: boolean) => void;
  fail: (error: unknown) => void;
}

/**
 * Answers whether something of one person may be told to another: whether the policy lets them message each other, as it was
 * at most a second ago. While one question is under way the next gathers, so that a campus that comes back at once asks a few
 * large questions. Rejects when the message services do not answer.
 */
export function createPairCheck({ ask, now = Date.now }: PairCheckOptions) {
  const known = createBoundedCache<string, { allowed: boolean; at: number }>(rememberedPairs);
  const waiting = new Map<string, Waiting>();
  let asking = false;

  async function askFor(batch: Map<string, Waiting>): Promise<void> {
    const at = now();
    try {
      const pairs = [...batch.values()].map(({ one, other }) => ({ one, other }));
      const { allowed } = await ask('people.pairs', { pairs });
      for (const [index, [key, pair]] of [...batch].entries()) {
        const answer = allowed[index] ?? false;
        known.set(key, { allowed: answer, at });
        pair.settle(answer);
      }
    } catch (error) {
      for (const pair of batch.values()) pair.fail(error);
    }
  }

  async function drain(): Promise<void> {
    if (asking) return;
    asking = true;
    while (waiting.size > 0) {
      const batch = new Map([...waiting].slice(0, limits.pairsPerRequest));
      for (const key of batch.keys()) waiting.delete(key);
      await askFor(batch);
    }
    asking = false;
  }

  return function mayHear(one: string, other: string): Promise<boolean> {
    // What people see of themselves is theirs.
    if (one === other) return Promise.resolve(true);
    const key = one < other ? `${one}:${other}` : `${other}:${one}`;
    const before = known.get(key);
    if (before && now() - before.at < freshForMs) return Promise.resolve(before.allowed);
    if (!waiting.has(key) && waiting.size >= waitingLimit) return Promise.reject(tooMany());
    const pair = waiting.get(key) ?? toWaiting(one, other);
    waiting.set(key, pair);
    // In the next turn, so that everybody of this one shares the question.
    queueMicrotask(() => void drain());
    return pair.answer;
  };
}

export type MayHear = ReturnType<typeof createPairCheck>;

function toWaiting(one: string, other: string): Waiting {
  const { promise: answer, resolve: settle, reject: fail } = Promise.withResolvers<boolean>();
  return { one, other, answer, settle, fail };
}

function tooMany(): AppError {
  return new AppError({ code: 'TEMPORARILY_UNAVAILABLE', internal: 'too many pairs wait', retryAfterMs: 1000 });
}
