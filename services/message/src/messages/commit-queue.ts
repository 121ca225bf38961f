import { batchSize, toBatches } from '@hallway/bus';
import { AppError } from '@hallway/platform';
import type { Submitted } from './admit-commands.ts';
import type { CommitMessages, Outcome } from './commit-messages.ts';

interface Waiting {
  send: Submitted;
  resolve: (outcome: Outcome) => void;
  reject: (error: unknown) => void;
}

interface CommitQueueDeps {
  commitMessages: CommitMessages;
  waitingLimit?: number;
}

// As many as a command stream may hold.
const defaultLimit = 10_000;

/**
 * Commits sends of this process one batch at a time: while one is written the next gathers. Rejects with
 * `TEMPORARILY_UNAVAILABLE` when too many wait, and with what the commit rejected with.
 */
export function createCommitQueue({ commitMessages, waitingLimit = defaultLimit }: CommitQueueDeps) {
  const waiting: Waiting[] = [];
  let running = false;

  async function commit(batch: Waiting[]): Promise<void> {
    try {
      const outcomes = await commitMessages(batch.map(({ send }) => send));
      const byRequest = new Map(outcomes.map((outcome) => [outcome.command.requestId, outcome]));
      for (const { send, resolve, reject } of batch) {
        const outcome = byRequest.get(send.command.requestId);
        if (outcome) resolve(outcome);
        else reject(new AppError({ code: 'INTERNAL', internal: 'a send had no outcome' }));
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  async function run(): Promise<void> {
    running = true;
    while (waiting.length > 0) await commit(takeBatch(waiting));
    running = false;
  }

  return function commitInTurn(send: Submitted): Promise<Outcome> {
    if (waiting.length >= waitingLimit) {
      const full = { code: 'TEMPORARILY_UNAVAILABLE', internal: 'too many sends wait', retryAfterMs: 2000 } as const;
      return Promise.reject(new AppError(full));
    }
    return new Promise((resolve, reject) => {
      waiting.push({ send, resolve, reject });
      if (!running) void run();
    });
  };
}

export type CommitInTurn = ReturnType<typeof createCommitQueue>;

/** Takes off the first ones, as many as a batch of the command streams would hold. */
function takeBatch(waiting: Waiting[]): Waiting[] {
  const [first = []] = toBatches(waiting.slice(0, batchSize), ({ send }) => send.command.content);
  return waiting.splice(0, first.length);
}
