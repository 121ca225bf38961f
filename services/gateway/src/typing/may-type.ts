import type { Ask } from '@hallway/bus';
import { type AppError, createBoundedCache, toAppError } from '@hallway/platform';

export interface MayTypeOptions {
  ask: Ask;
  now?: () => number;
}

// Of the second within which access ends, hardly anything is left for the message services.
const freshForMs = 800;
// People who type at one moment on one gateway; far more than a gateway has.
const rememberedAnswers = 20_000;

interface Answered {
  /** Null: may write. */
  refusal: Promise<AppError | null>;
  /** When it was asked; null while the answer is under way. */
  at: number | null;
}

/**
 * Throws what a send would be refused with now: who may not write to somebody must not show that they are typing either. Asked
 * once a second for each person and room. While the message services do not answer, nobody is seen typing.
 */
export function createMayType({ ask, now = Date.now }: MayTypeOptions) {
  const known = createBoundedCache<string, Answered>(rememberedAnswers);

  function askAgain(key: string, params: { userId: string; chatRoomId: string }): Answered {
    const at = now();
    const answered: Answered = {
      at: null,
      refusal: ask('room.may-write', params)
        .then(() => null, toAppError)
        .finally(() => {
          answered.at = at;
        }),
    };
    known.set(key, answered);
    return answered;
  }

  return async function assertMayType(userId: string, chatRoomId: string): Promise<void> {
    const key = `${userId}:${chatRoomId}`;
    const before = known.get(key);
    // One that is under way is shared, so that what is said later cannot overtake what was said first.
    const isFresh = before && (before.at === null || now() - before.at < freshForMs);
    const refusal = await (isFresh ? before : askAgain(key, { userId, chatRoomId })).refusal;
    if (refusal) throw refusal;
  };
}

export type AssertMayType = ReturnType<typeof createMayType>;
