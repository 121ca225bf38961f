import {
  type AppendEvents,
  type BusNames,
  createEventLog,
  createJobProducer,
  createPendingReadMarks,
  createPresenceReader,
} from '@hallway/bus';
import type { Log } from '@hallway/platform';
import {
  createDirectoryReader,
  createDirectoryWatch,
  createFactsReader,
  createPolicyFacts,
  type PolicySettings,
} from '@hallway/policy';
import type { Redis } from 'ioredis';
import { type AdmitChangeDeps, createAdmitChange } from './changes/admit-change.ts';
import { type ApplyChangesDeps, createApplyChanges } from './changes/apply-changes.ts';
import { createFindChanged } from './changes/find-changed.ts';
import type { Connections } from './connections.ts';
import { createListConversations } from './conversations/list-conversations.ts';
import { createCourseEndings, type FindEndedCourses } from './courses/course-endings.ts';
import { createListCoursePeople } from './courses/list-course-people.ts';
import { createAdmitCommands } from './messages/admit-commands.ts';
import { createAdvanceHeads } from './messages/advance-heads.ts';
import { type AnnounceLater, createAnnounceLater } from './messages/announce-later.ts';
import { createAnnounceMessages } from './messages/announce-messages.ts';
import { createCommitMessages } from './messages/commit-messages.ts';
import { createCommitQueue } from './messages/commit-queue.ts';
import { createDescribeMessages } from './messages/describe-messages.ts';
import { createListMessages } from './messages/list-messages.ts';
import { createMessagesRepository } from './messages/messages.repository.ts';
import { createRoomHeads } from './messages/room-heads.ts';
import { createSplitRepeats } from './messages/split-repeats.ts';
import { createStoreMessages } from './messages/store-messages.ts';
import { createMarkRead } from './read-marks/mark-read.ts';
import { createRaiseMarks, type RaiseMarks } from './read-marks/raise-marks.ts';
import { createRaiseMarksLater } from './read-marks/raise-marks-later.ts';
import { createReadMarksReader } from './read-marks/read-marks.reader.ts';
import { createRecentMarks, type RecentMarks } from './read-marks/recent-marks.ts';
import { createRoomAccess, type RoomAccess } from './rooms/access-room.ts';
import { buildRoomUseCases, type RoomUseCases } from './rooms/build-room-use-cases.ts';
import { createCatchUp } from './rooms/catch-up.ts';
import { createDescribeRooms } from './rooms/describe-rooms.ts';
import { createFindPairs, type FindPairs } from './rooms/find-pairs.ts';
import { createFindRefusalNow } from './rooms/find-refusal-now.ts';
import { createFindStanding } from './rooms/find-standing.ts';
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
  const stores = buildStores({ connections, names, log });
  const { rooms, memberships, messages, directory, findPeopleFacts, readMarks, pending } = stores;
  const people = {
    directory,
    findPeopleFacts,
    findEndedCourses: createCourseEndings({ directory, settings }),
    settings,
  };
  const permission = buildPermission({ ...people, rooms, memberships });
  const { access } = permission;
  const describeRooms = createDescribeRooms({ directory, memberships });
  const describeMessages = createDescribeMessages({ readMarks });
  const writing = buildAnnouncing({ redis, names, log });
  const { appendEvents, announceLater } = writing;
  const jobs = createJobProducer({ connection: queue, names, log });
  const raiseOnce = createRaiseMarks({ pending, jobs, log });
  const recentMarks = createRecentMarks({ redis, names, instance, raiseMarks: raiseOnce, log });
  const raiseMarks = recentMarks.raiseAndRemember;
  const presence = createPresenceReader({ redis, names });
  const committing = buildCommitting({ ...stores, ...people, ...permission, ...writing, raiseMarks });
  const reading = { rooms, memberships, messages, readMarks, describeRooms, describeMessages };
  const { connection } = connections.mongo;
  const ofMany = buildRoomUseCases({ ...people, ...reading, ...permission, connection, appendEvents, log });
  stores.directoryWatch.subscribe(ofMany.followEnrolments);
  return {
    ...stores,
    ...reading,
    ...people,
    ...ofMany,
    ...permission,
    ...buildChanging({ ...people, ...reading, ...permission, ...writing }),
    ...buildLife({ ...stores, ...ofMany, recentMarks, closeOthers: [committing.stop, announceLater.stop, jobs.close] }),
    commitMessages: committing.commitMessages,
    commitInTurn: committing.commitInTurn,
    openDirectRoom: createOpenDirectRoom({ ...people, rooms, memberships, describeRooms, appendEvents, log }),
    catchUp: createCatchUp(reading),
    markRead: createMarkRead({ access, rooms, readMarks, raiseMarks }),
    listMessages: createListMessages(reading),
    listConversations: createListConversations({ ...reading, access }),
    listCoursePeople: createListCoursePeople({ ...people, ...reading, presence }),
  };
}

type PermissionParts = Pick<Stores, 'rooms' | 'memberships' | 'findPeopleFacts'> & {
  findEndedCourses: FindEndedCourses;
  settings: PolicySettings;
};

/** Who gets to which room, and what they may write there. */
function buildPermission(parts: PermissionParts) {
  const access = createRoomAccess(parts);
  const findPairs = createFindPairs(parts);
  return {
    access,
    findPairs,
    findStanding: createFindStanding({ ...parts, access }),
    findRefusalNow: createFindRefusalNow({ ...parts, findPairs }),
  };
}

type LifeParts = Pick<Stores, 'directoryWatch'> &
  Pick<RoomUseCases, 'followEnrolments'> & { recentMarks: RecentMarks; closeOthers: (() => unknown)[] };

/** What begins and ends with the service. */
function buildLife({ directoryWatch, followEnrolments, recentMarks, closeOthers }: LifeParts) {
  return {
    async start(): Promise<void> {
      await directoryWatch.start();
      followEnrolments.start();
      await recentMarks.start();
    },
    async close(): Promise<void> {
      recentMarks.stop();
      await directoryWatch.stop();
      await followEnrolments.stop();
      for (const closeOne of closeOthers) await closeOne();
    },
  };
}

/** What is written is announced at once, or on the way without Redis as soon as it is back. */
function buildAnnouncing({ redis, names, log }: { redis: Redis; names: BusNames; log: Log }) {
  const appendEvents = createEventLog({ redis, names });
  return { appendEvents, announceLater: createAnnounceLater({ appendEvents, log }), log };
}

type ChangingParts = AdmitChangeDeps & Omit<ApplyChangesDeps, 'admitChange'> & { announceLater: AnnounceLater };

/** Edits and deletes, behind the same two doors as sends. */
function buildChanging(parts: ChangingParts) {
  const { announceLater } = parts;
  const admitChange = createAdmitChange(parts);
  const applying = { ...parts, admitChange };
  return {
    admitChange,
    applyChanges: createApplyChanges(applying),
    applyDirectly: createApplyChanges({ ...applying, appendEvents: announceLater.appendOrKeep }),
    findChanged: createFindChanged(parts),
  };
}

export type UseCases = ReturnType<typeof buildUseCases>;

interface CommittingParts extends Stores {
  access: RoomAccess;
  findEndedCourses: FindEndedCourses;
  findPairs: FindPairs;
  settings: PolicySettings;
  appendEvents: AppendEvents;
  announceLater: AnnounceLater;
  raiseMarks: RaiseMarks;
  log: Log;
}

/** The one write path, behind its two doors: from the command streams, and directly while Redis is away. */
function buildCommitting(parts: CommittingParts) {
  const { rooms, messages, access, appendEvents, announceLater, raiseMarks, log } = parts;
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
    appendEvents: announceLater.appendOrKeep,
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

function buildStores({ connections, names, log }: Omit<UseCaseContext, 'settings' | 'instance'>) {
  const { redis, blockingDirectory, mongo } = connections;
  const { connection } = mongo;
  const policyFacts = createPolicyFacts({ reader: createFactsReader(connection) });
  const directoryWatch = createDirectoryWatch({ connection, redis: blockingDirectory, names, log });
  directoryWatch.subscribe(policyFacts);
  const pending = createPendingReadMarks({ redis, names });
  return {
    pending,
    rooms: createRoomsRepository(connection),
    memberships: createMembershipsRepository(connection),
    messages: createMessagesRepository(connection),
    directory: createDirectoryReader(connection),
    directoryWatch,
    findPeopleFacts: policyFacts.factsOf,
    readMarks: createReadMarksReader({ connection, pending }),
  };
}
