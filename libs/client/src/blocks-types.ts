import type { Block, MayMessageAnswer } from '@hallway/contracts';

/** Whom one may write to and why, and the own block list. Every call throws `HallwayError`. */
export interface Blocks {
  /** Whom the caller has blocked, by name. */
  blocks(cursor?: string): Promise<{ blocks: Block[]; nextCursor: string | null }>;
  /**
   * Neither can write to the other from now on. Called again it changes nothing. Throws `FORBIDDEN` for those who stay
   * reachable, such as one's own instructors, with a message that says so.
   */
  blockPerson(userId: string): Promise<void>;
  /** Called again, or for somebody who is not blocked, it changes nothing. */
  unblockPerson(userId: string): Promise<void>;
  /** Throws `NOT_FOUND` for somebody whom the caller cannot know of. */
  mayMessage(userId: string): Promise<MayMessageAnswer>;
}
