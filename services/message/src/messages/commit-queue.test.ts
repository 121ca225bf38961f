import { randomUUID } from 'node:crypto';
import type { SendCommand } from '@hallway/contracts';
import { describe, expect, it } from 'vitest';
import type { Submitted } from './admit-commands.ts';
import type { Outcome } from './commit-messages.ts';
import { createCommitQueue } from './commit-queue.ts';

const send = (content = 'hello'): Submitted => ({
  command: { requestId: randomUUID(), content } as SendCommand,
  redelivered: false,
});

/** A queue whose commits end when they are told to. */
function queueThatWaits(waitingLimit?: number) {
  const batches: { sends: Submitted[]; finish: () => void }[] = [];
  const commitInTurn = createCommitQueue({
    ...(waitingLimit === undefined ? {} : { waitingLimit }),
    commitMessages: (sends) =>
      new Promise((resolve) => {
        const outcomes = sends.map(({ command }) => ({ command }) as Outcome);
        batches.push({ sends, finish: () => resolve(outcomes) });
      }),
  });
  return { batches, commitInTurn };
}

async function finishAll(batches: { finish: () => void }[], sends: Promise<Outcome>[]): Promise<Outcome[]> {
  const all = Promise.all(sends);
  for (let index = 0; index < batches.length; index += 1) {
    batches[index]?.finish();
    // A commit that ends begins the next one.
    await new Promise(setImmediate);
  }
  return all;
}

describe('commitInTurn', () => {
  it('when sends come while one is committed, commits them together afterwards, in their order', async () => {
    const { batches, commitInTurn } = queueThatWaits();
    const given = Array.from({ length: 4 }, () => send());
    const outcomes = await finishAll(batches, given.map(commitInTurn));
    expect(batches.map(({ sends }) => sends)).toEqual([given.slice(0, 1), given.slice(1)]);
    expect(outcomes.map(({ command }) => command.requestId)).toEqual(given.map(({ command }) => command.requestId));
  });

  it('when what waits weighs more than a megabyte, cuts it as the command streams do', async () => {
    const { batches, commitInTurn } = queueThatWaits();
    const given = [send(), ...Array.from({ length: 5 }, () => send('x'.repeat(400_000)))];
    await finishAll(batches, given.map(commitInTurn));
    expect(batches.map(({ sends }) => sends.length)).toEqual([1, 2, 2, 1]);
  });

  it('when more than 500 wait, commits 500 at once', async () => {
    const { batches, commitInTurn } = queueThatWaits();
    const given = Array.from({ length: 1202 }, () => send());
    await finishAll(batches, given.map(commitInTurn));
    expect(batches.map(({ sends }) => sends.length)).toEqual([1, 500, 500, 201]);
  });

  it('when too many wait, refuses the next with a time, and takes others once there is room', async () => {
    const { batches, commitInTurn } = queueThatWaits(3);
    const inWork = commitInTurn(send());
    const waiting = Array.from({ length: 3 }, () => commitInTurn(send()));
    await expect(commitInTurn(send())).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE', retryAfterMs: 2000 });
    await finishAll(batches, [inWork, ...waiting]);
    const later = commitInTurn(send());
    batches.at(-1)?.finish();
    await expect(later).resolves.toBeDefined();
  });
});
