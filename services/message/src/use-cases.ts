import {
  type AppendEvents,
  type BusNames,
  createEventLog,
  createJobProducer,
  createPendingReadMarks,
  createPresenceReader,
} from '@hallway/bus';
import type { Log } from '@hallway/platform';
import { createDirectoryReader, createPolicyFacts, type PolicySettings } from '@hallway/policy';
import type { Connections } from './connections.ts';
import { createListConversations } from './conversations/list-conversations.ts';
import { createListCoursePeople } from './courses/list-course-people.ts';
import { createAdmitCommands } from './messages/admit-commands.ts';
import { createAdvanceHeads } from './messages/advance-heads.ts';
import { createAnnounceMessages, createAppendWherePossible } from './messages/announce-messages.ts';
import { createCommitMessages } from './messages/commit-messages.ts';
import { createCommitQueue } from './messages/commit-queue.ts';
import { createDescribeMessages } from './messages/describe-messages.ts';
import { createListMessages } from './messages/list-messages.ts';
import { createMessagesRepository } from './messages/messages.repository.ts';
import { createRoomHeads } from './messages/room-heads.ts';
import { createSplitRepeats } from './messages/split-repeats.ts';
import { createStoreMessages } from './messages/store-messages.ts';
import { createPeopleFacts } from './policy/people-facts.ts';
import { createMarkRead } from './read-marks/mark-read.ts';
import { createRaiseMarks, type RaiseMarks } from './read-marks/raise-marks.ts';
import { createRaiseMarksLater } from './read-marks/raise-marks-later.ts';
import { createReadMarksReader } from './read-marks/read-marks.reader.ts';
import { createRecentMarks } from './read-marks/recent-marks.ts';
import { createRoomAccess, type RoomAccess } from './rooms/access-room.ts';
import { createCatchUp } from './rooms/catch-up.ts';
import { createDescribeRooms } from './rooms/describe-rooms.ts';
import { createMembershipsRepository } from './rooms/memberships.repository.ts';
import { createOpenDirectRoom } from './rooms/open-direct-room.ts';
import { createRoomsRepository } from './rooms/rooms.repository.ts';

export interface UseCaseContext {
  connections: Connections;
  names: BusNames;
  settings: PolicySettings;
  log: Log;
  /** Names this process. */
  instance: string;
}

/** Wires repositories and use cases, from the stores up. Nothing here touches a store yet. */
export function buildUseCases({ connections, names, settings, log, instance }: UseCaseContext) {
  const { redis, queue } = connections;
  const stores = buildStores(connections, names);
  const { rooms, memberships, messages, directory, findPeopleFacts, readMarks, pending } = stores;
  const access = createRoomAccess({ rooms, memberships });
  const describeRooms = createDescribeRooms({ directory, memberships });
  const describeMessages = createDescribeMessages({ readMarks });
  const appendEvents = createEventLog({ redis, names });
  const jobs = createJobProducer({ connection: queue, names, log });
  const raiseOnce = createRaiseMarks({ pending, jobs, log });
  const recentMarks = createRecentMarks({ redis, names, instance, raiseMarks: raiseOnce, log });
  const raiseMarks = recentMarks.raiseAndRemember;
  const presence = createPresenceReader({ redis, names });
  const committing = buildCommitting({ ...stores, access, settings, appendEvents, raiseMarks, log });
  const people = { directory, findPeopleFacts, settings };
  const reading = { rooms, memberships, messages, readMarks, describeRooms, describeMessages };
  return {
    ...stores,
    ...reading,
    ...people,
    access,
    commitMessages: committing.commitMessages,
    commitInTurn: committing.commitInTurn,
    start: recentMarks.start,
    async close(): Promise<void> {
      recentMarks.stop();
      committing.stop();
      await jobs.close();
    },
    openDirectRoom: createOpenDirectRoom({ ...people, rooms, memberships, describeRooms, appendEvents, log }),
    catchUp: createCatchUp(reading),
    markRead: createMarkRead({ access, rooms, readMarks, raiseMarks }),
    listMessages: createListMessages(reading),
    listConversations: createListConversations(reading),
    listCoursePeople: createListCoursePeople({ ...people, ...reading, presence }),
  };
}

export type UseCases = ReturnType<typeof buildUseCases>;

interface CommittingParts extends Stores {
  access: RoomAccess;
  settings: PolicySettings;
  appendEvents: AppendEvents;
  raiseMarks: RaiseMarks;
  log: Log;
}

/** The one write path, behind its two doors: from the command streams, and directly while Redis is away. */
function buildCommitting(parts: CommittingParts) {
  const { rooms, messages, access, appendEvents, raiseMarks, log } = parts;
  const heads = createRoomHeads({ rooms, messages });
  const commit = {
    splitRepeats: createSplitRepeats({ messages }),
    admitCommands: createAdmitCommands(parts),
    storeMessages: createStoreMessages({ messages, heads, log }),
    advanceHeads: createAdvanceHeads({ rooms, messages, heads, log }),
  };
  const later = createRaiseMarksLater({ raiseMarks, log });
  const announce = createAnnounceMessages({ appendEvents, raiseMarks, access });
  const announceWherePossible = createAnnounceMessages({
    appendEvents: createAppendWherePossible(appendEvents, log),
    raiseMarks: later.raiseMarksLater,
    access,
  });
  const commitDirectly = createCommitMessages({ ...commit, announce: announceWherePossible });
  return {
    commitMessages: createCommitMessages({ ...commit, announce }),
    commitInTurn: createCommitQueue({ commitMessages: commitDirectly }),
    stop: later.stop,
  };
}

type Stores = ReturnType<typeof buildStores>;

function buildStores({ redis, mongo: { connection } }: Connections, names: BusNames) {
  const pending = createPendingReadMarks({ redis, names });
  return {
    pending,
    rooms: createRoomsRepository(connection),
    memberships: createMembershipsRepository(connection),
    messages: createMessagesRepository(connection),
    directory: createDirectoryReader(connection),
    findPeopleFacts: createPeopleFacts({ policyFacts: createPolicyFacts(connection) }),
    readMarks: createReadMarksReader({ connection, pending }),
  };
}
