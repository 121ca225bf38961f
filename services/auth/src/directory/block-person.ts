import type { DirectoryChanges } from '@hallway/bus';
import { AppError, spendToken, type TokenBuckets, validationFailed } from '@hallway/platform';
import { isProtectedFromBlock, knowsOf, mayMessage, type PolicyFacts, type PolicySettings } from '@hallway/policy';
import type { BlocksRepository } from './blocks.repository.ts';

export interface BlockPersonDeps {
  blocks: BlocksRepository;
  facts: PolicyFacts;
  settings: PolicySettings;
  changes: DirectoryChanges;
  /** How fast one person may change their list, in this process: each change is told to every service. */
  buckets: TokenBuckets;
}

// They are part of everybody's facts that the policy keeps in memory: 500 are 20 KB, and nobody blocks a whole school.
const blocksPerPerson = 500;

/**
 * Blocks a person for the caller: neither can write to the other, but where one is there for the other as staff. Idempotent.
 * Throws `RATE_LIMITED`, `NOT_FOUND` for somebody whom the caller cannot know of, `FORBIDDEN` for those who must stay reachable, and `CONFLICT`
 * when the list is full.
 */
export function createBlockPerson({ blocks, facts, settings, changes, buckets }: BlockPersonDeps) {
  async function admit(callerId: string, userId: string): Promise<void> {
    if (userId === callerId) throw validationFailed([{ path: '/userId', message: 'must be another person' }]);
    const people = await facts.factsOf([callerId, userId], { fresh: true });
    const [caller, person] = [people.get(callerId), people.get(userId)];
    const context = { settings, now: Date.now() };
    if (!caller || !person || !(mayMessage(caller, person, context).allowed || knowsOf(caller, person))) {
      throw new AppError({ code: 'NOT_FOUND', internal: 'no such person for the caller' });
    }
    if (isProtectedFromBlock(caller, person, context)) {
      const message = 'You cannot block this person: administrators, your instructors and safety staff stay reachable.';
      throw new AppError({ code: 'FORBIDDEN', message, internal: 'a person who must stay reachable' });
    }
    if (!caller.blockedIds.has(userId) && caller.blockedIds.size >= blocksPerPerson) {
      throw new AppError({ code: 'CONFLICT', message: 'Your block list is full.', internal: 'too many blocks' });
    }
  }

  return async function blockPerson(callerId: string, userId: string): Promise<void> {
    spendToken(buckets, callerId, 'changes of a block list');
    await admit(callerId, userId);
    const isNew = await blocks.put(callerId, userId);
    if (isNew) await changes.publish([{ kind: 'block', personIds: [callerId, userId] }]);
  };
}

export type BlockPerson = ReturnType<typeof createBlockPerson>;

/** Takes a person off the caller's list. Idempotent, also for somebody who does not exist. Throws `RATE_LIMITED`. */
export function createUnblockPerson({ blocks, changes, buckets }: Omit<BlockPersonDeps, 'facts' | 'settings'>) {
  return async function unblockPerson(callerId: string, userId: string): Promise<void> {
    spendToken(buckets, callerId, 'changes of a block list');
    const ended = await blocks.end(callerId, userId);
    if (ended) await changes.publish([{ kind: 'block', personIds: [callerId, userId] }]);
  };
}

export type UnblockPerson = ReturnType<typeof createUnblockPerson>;
