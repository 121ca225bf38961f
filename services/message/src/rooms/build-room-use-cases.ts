import type { AppendEvents } from '@hallway/bus';
import { createTokenBuckets, type Log } from '@hallway/platform';
import type { DirectoryReader, PolicySettings } from '@hallway/policy';
import type { Connection } from 'mongoose';
import { createAudienceReader } from '../audiences/audience-reader.ts';
import { createFollowEnrolments } from '../audiences/follow-enrolments.ts';
import { createSynchroniseRoom } from '../audiences/synchronise-room.ts';
import type { FindEndedCourses } from '../courses/course-endings.ts';
import { createBlocksReader } from '../policy/blocks-reader.ts';
import type { FindPeopleFacts } from '../policy/people-facts.ts';
import type { RoomAccess } from './access-room.ts';
import { createAnnounceRooms } from './announce-rooms.ts';
import { createAddMembers, createRemoveMember } from './change-members.ts';
import { createCheckMembers } from './check-members.ts';
import { createCountMembers } from './count-members.ts';
import { createCreateRoom } from './create-room.ts';
import { createDeleteRoom } from './delete-room.ts';
import { createDescribeMyRoom, createListMembers } from './describe-my-room.ts';
import type { DescribeRooms } from './describe-rooms.ts';
import type { FindRefusalNow } from './find-refusal-now.ts';
import { createAccessManagedRoom, type FindStanding } from './find-standing.ts';
import { createKeepOwner } from './keep-owner.ts';
import type { MembershipsRepository } from './memberships.repository.ts';
import { createPlanRoom } from './plan-room.ts';
import type { RoomsRepository } from './rooms.repository.ts';
import { createRoomsOfManyRepository } from './rooms-of-many.repository.ts';

export interface RoomUseCaseDeps {
  connection: Connection;
  rooms: RoomsRepository;
  memberships: MembershipsRepository;
  directory: DirectoryReader;
  findPeopleFacts: FindPeopleFacts;
  findEndedCourses: FindEndedCourses;
  settings: PolicySettings;
  access: RoomAccess;
  describeRooms: DescribeRooms;
  findRefusalNow: FindRefusalNow;
  findStanding: FindStanding;
  appendEvents: AppendEvents;
  log: Log;
}

// A new term begins with a room for each course and group; nobody makes more than one a second for long.
const roomRate = { burst: 100, perSecond: 1 };

// The pages of the largest room ten times over, and a page ten times a second for good: no person reads faster.
const memberRate = { burst: 400, perSecond: 10 };

/** Wires what rooms of many need. Nothing here touches a store yet. */
export function buildRoomUseCases(deps: RoomUseCaseDeps) {
  const roomsOfMany = createRoomsOfManyRepository(deps.connection);
  const audienceReader = createAudienceReader(deps);
  const parts = { ...deps, roomsOfMany, audienceReader };
  const managing = {
    ...parts,
    accessManagedRoom: createAccessManagedRoom(deps.findStanding),
    announceRooms: createAnnounceRooms(deps),
    countMembers: createCountMembers(parts),
    keepOwner: createKeepOwner(deps),
    checkMembers: createCheckMembers({ ...deps, blocksReader: createBlocksReader(deps) }),
  };
  const synchroniseRoom = createSynchroniseRoom(managing);
  const { deleteRoom, finishDeletions } = createDeleteRoom(managing);
  return {
    roomsOfMany,
    accessManagedRoom: managing.accessManagedRoom,
    announceRooms: managing.announceRooms,
    deleteRoom,
    describeMyRoom: createDescribeMyRoom(managing),
    listMembers: createListMembers({ ...managing, memberBuckets: createTokenBuckets(memberRate) }),
    addMembers: createAddMembers(managing),
    removeMember: createRemoveMember(managing),
    createRoom: createCreateRoom({
      ...managing,
      planRoom: createPlanRoom(parts),
      synchroniseRoom,
      roomBuckets: createTokenBuckets(roomRate),
    }),
    followEnrolments: createFollowEnrolments({ ...parts, synchroniseRoom, finishDeletions }),
  };
}

export type RoomUseCases = ReturnType<typeof buildRoomUseCases>;
