import { type Static, Type } from 'typebox';
import { refusalReasons } from './error-codes.ts';
import { Id, Nullable, Timestamp } from './primitives.ts';
import { PublicUser } from './shapes.ts';

const closed = { additionalProperties: false } as const;

/** `from`: about another pair than the caller and this person, for administrators. */
export const MayMessageQuery = Type.Object({ from: Type.Optional(Id) });
export type MayMessageQuery = Static<typeof MayMessageQuery>;

/** Whether a person may be messaged: what connects the two, or a stable reason and a sentence for people. */
export const MayMessageAnswer = Type.Union([
  Type.Object({ allowed: Type.Literal(true), because: Type.Array(Type.String()) }, closed),
  Type.Object(
    {
      allowed: Type.Literal(false),
      reason: Type.Enum(refusalReasons),
      explanation: Type.String(),
    },
    closed,
  ),
]);
export type MayMessageAnswer = Static<typeof MayMessageAnswer>;

export const Block = Type.Object({ person: PublicUser, blockedAt: Timestamp }, closed);
export type Block = Static<typeof Block>;

export const BlocksAnswer = Type.Object({ blocks: Type.Array(Block), nextCursor: Nullable(Type.String()) }, closed);
export type BlocksAnswer = Static<typeof BlocksAnswer>;
