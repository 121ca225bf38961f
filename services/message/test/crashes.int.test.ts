import { randomUUID } from 'node:crypto';
import type { PublicUser, SendCommand } from '@hallway/contracts';
import { createDirectoryReader, createFactsReader, createPolicyFacts, defaultPolicySettings } from '@hallway/policy';
import { captureLog } from '@hallway/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCourseEndings } from '../src/courses/course-endings.ts';
import { createAdmitCommands, type Submitted } from '../src/messages/admit-commands.ts';
import { createAdvanceHeads } from '../src/messages/advance-heads.ts';
import { createCommitMessages, type Outcome } from '../src/messages/commit-messages.ts';
import type { MessageDocument } from '../src/messages/message-record.ts';
import { createMessagesRepository, type MessagesRepository } from '../src/messages/messages.repository.ts';
import { createRoomHeads } from '../src/messages/room-heads.ts';
import { createSplitRepeats } from '../src/messages/split-repeats.ts';
import { createStoreMessages } from '../src/messages/store-messages.ts';
import { toObjectId } from '../src/object-ids.ts';
import { createRoomAccess } from '../src/rooms/access-room.ts';
import { createFindPairs } from '../src/rooms/find-pairs.ts';
import { createMembershipsRepository } from '../src/rooms/memberships.repository.ts';
import { createRoomsRepository, type RoomsRepository } from '../src/rooms/rooms.repository.ts';
import { type MessageFixture, startMessageFixture } from './message-fixture.ts';

let fixture: MessageFixture;

beforeAll(async () => {
  fixture = await startMessageFixture();
});
afterAll(async () => {
  await fixture?.stop();
});

/** Where a process dies: at which of its calls to a store, and how much of that call was still carried out. */
interface Death {
  call: number;
  when: 'before' | 'after' | 'partly';
  /** Which documents of an insert were still written, bit by bit. */
  mask: number;
}

class Died extends Error {}

type Call = (...args: never[]) => Promise<unknown>;

/** Counts the calls of one process to its stores and ends it at the one that `death` names: a dead process calls nothing. */
function createLife(death: Death | undefined) {
  let calls = 0;
  let isDead = false;
  const perish = (): never => {
    isDead = true;
    throw new Died();
  };

  async function live<T>(carryOut: () => Promise<T>, carryOutPartly: () => Promise<unknown>): Promise<T> {
    if (isDead) return perish();
    calls += 1;
    if (calls - 1 !== death?.call) return carryOut();
    if (death.when === 'partly') await carryOutPartly();
    if (death.when === 'after') await carryOut();
    return perish();
  }

  function mortal<T extends Call>(call: T): T {
    return ((...args: never[]) =>
      live(
        () => call(...args),
        async () => undefined,
      )) as T;
  }
  return { live, mortal };
}

/** What outlives a process: the database, and what was announced. */
interface Afterlife {
  announced: Outcome[];
}

/** The commit of one process with a memory of its own, on the stores that it shares with those before and after it. */
function buildMortalCommit(death: Death | undefined, { announced }: Afterlife) {
  const { live, mortal } = createLife(death);
  const { log } = captureLog();
  const realMessages = createMessagesRepository(fixture.connection);
  const realRooms = createRoomsRepository(fixture.connection);
  const messages: MessagesRepository = {
    ...realMessages,
    findBySendKeys: mortal(realMessages.findBySendKeys),
    findSeqsAbove: mortal(realMessages.findSeqsAbove),
    insertBatch: (documents) =>
      live(
        () => realMessages.insertBatch(documents),
        () => {
          const written = documents.filter((_, index) => (death?.mask ?? 0) & (1 << (index % 31)));
          return written.length > 0 ? realMessages.insertBatch(written) : Promise.resolve();
        },
      ),
  };
  const rooms: RoomsRepository = { ...realRooms, advanceHeads: mortal(realRooms.advanceHeads) };
  const heads = createRoomHeads({ rooms, messages });
  const memberships = createMembershipsRepository(fixture.connection);
  const { factsOf: findPeopleFacts } = createPolicyFacts({ reader: createFactsReader(fixture.connection) });
  const access = createRoomAccess({ rooms, memberships, findPeopleFacts });
  const findPairs = createFindPairs({ rooms, memberships });
  const settings = defaultPolicySettings;
  const findEndedCourses = createCourseEndings({ directory: createDirectoryReader(fixture.connection), settings });
  return createCommitMessages({
    splitRepeats: createSplitRepeats({ messages }),
    admitCommands: createAdmitCommands({ access, findPeopleFacts, findEndedCourses, findPairs, messages, settings }),
    storeMessages: createStoreMessages({ messages, heads, log }),
    advanceHeads: createAdvanceHeads({ rooms, messages, heads, log }),
    announce: mortal(async (outcomes) => void announced.push(...outcomes)),
  });
}

async function freshRoom() {
  const a = await fixture.school.person('admin');
  const b = await fixture.school.person('admin');
  const { body } = await fixture.call(a, 'POST /api/message/chat-room', { participantId: b.id });
  return { people: [a, b] as const, chatRoomId: body.chatRoom.id as string };
}

function toCommand(sender: PublicUser, chatRoomId: string, id: number): SendCommand {
  return {
    requestId: randomUUID(),
    origin: 'nobody',
    answer: 'event',
    senderId: sender.id,
    senderRole: sender.role,
    chatRoomId,
    content: `content of ${id}`,
    messageType: 'text',
    clientMessageId: `id-${id}`,
    mayBeRepeat: true,
    submittedAt: new Date().toISOString(),
  };
}

interface Story {
  sends: { sender: 0 | 1; id: number }[];
  /** Sizes of the batches in which each process takes what waits, over and over. */
  sizes: number[];
  /** How each process ends but the last, which lives. */
  deaths: Death[];
}

/** Plays the stream of commands through one process after the other: what one left unfinished comes again to the next. */
async function play({ sends, sizes, deaths }: Story, chatRoomId: string, people: readonly [PublicUser, PublicUser]) {
  const afterlife: Afterlife = { announced: [] };
  let waiting = sends.map(({ sender, id }) => ({
    command: toCommand(people[sender], chatRoomId, id),
    redelivered: false,
  }));
  for (const death of [...deaths, undefined]) {
    const commit = buildMortalCommit(death, afterlife);
    waiting = await commitUntilDeath(commit, waiting, sizes);
  }
  expect(waiting).toEqual([]);
  return afterlife;
}

async function commitUntilDeath(commit: ReturnType<typeof buildMortalCommit>, all: Submitted[], sizes: number[]) {
  let waiting = all;
  for (let turn = 0; waiting.length > 0; turn += 1) {
    const batch = waiting.slice(0, sizes[turn % sizes.length]);
    try {
      await commit(batch);
    } catch (fault) {
      if (!(fault instanceof Died) && !(fault instanceof Error && fault.cause instanceof Died)) throw fault;
      return [...batch.map(({ command }) => ({ command, redelivered: true })), ...waiting.slice(batch.length)];
    }
    waiting = waiting.slice(batch.length);
  }
  return waiting;
}

async function readRoom(chatRoomId: string) {
  const room = await fixture.connection.collection('rooms').findOne({ _id: toObjectId(chatRoomId) });
  const messages = await fixture.connection
    .collection<MessageDocument>('messages')
    .find({ roomId: toObjectId(chatRoomId) })
    .sort({ seq: 1 })
    .toArray();
  return { lastSeq: room?.lastSeq as number, messages };
}

const story: fc.Arbitrary<Story> = fc.record({
  sends: fc.array(fc.record({ sender: fc.constantFrom(0 as const, 1 as const), id: fc.nat(7) }), {
    ...{ minLength: 1, maxLength: 14 },
  }),
  sizes: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
  deaths: fc.array(
    fc.record({ call: fc.nat(9), when: fc.constantFrom('before', 'after', 'partly'), mask: fc.nat(63) }),
    { maxLength: 4 },
  ),
});

describe('a stream of sends whose owners die', () => {
  it('when each dies at any step of any batch, the next ends with contiguous, unique rows in the order of the stream', async () => {
    await fc.assert(
      fc.asyncProperty(story, async (plot) => {
        const { people, chatRoomId } = await freshRoom();
        const { announced } = await play(plot, chatRoomId, people);
        const { lastSeq, messages } = await readRoom(chatRoomId);
        expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1));
        const real = messages.filter((message) => !message.isVoid);
        const stored = real.map(({ senderId, clientMessageId }) => `${senderId} ${clientMessageId}`);
        const wanted = plot.sends.map(({ sender, id }) => `${people[sender].id} id-${id}`);
        // One owner at a time: the order of the stream is the order of the room, and no number is wasted.
        expect(stored).toEqual([...new Set(wanted)]);
        expect(real).toHaveLength(lastSeq);
        const told = announced.flatMap((outcome) => (outcome.status === 'refused' ? [] : [outcome.message.seq]));
        expect(new Set(told)).toEqual(new Set(messages.map(({ seq }) => seq)));
      }),
      { numRuns: 60 },
    );
  });
});
