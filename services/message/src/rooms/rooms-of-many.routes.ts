import {
  AddMembersAnswer,
  AddMembersBody,
  ChangeRoomBody,
  CreateRoomBody,
  IdParams,
  ListQuery,
  MemberParams,
  MyRoomAnswer,
  ReadAnswer,
  ReadBody,
  RoomAnswer,
  RoomMembersAnswer,
} from '@hallway/contracts';
import { AppError, callerOf, type HttpServer } from '@hallway/platform';
import type { MarkReadUseCase } from '../read-marks/mark-read.ts';
import type { AnnounceRooms } from './announce-rooms.ts';
import type { AddMembersUseCase, RemoveMemberUseCase } from './change-members.ts';
import { checkTitle } from './check-members.ts';
import type { CreateRoomUseCase } from './create-room.ts';
import type { DeleteRoomUseCases } from './delete-room.ts';
import type { DescribeMyRoom, ListMembersUseCase } from './describe-my-room.ts';
import type { DescribeRooms } from './describe-rooms.ts';
import type { AccessManagedRoom } from './find-standing.ts';
import { findWriteRefusal } from './room-rules.ts';
import type { RoomsRepository } from './rooms.repository.ts';
import type { RoomsOfManyRepository } from './rooms-of-many.repository.ts';

export interface RoomsOfManyDeps {
  rooms: RoomsRepository;
  roomsOfMany: RoomsOfManyRepository;
  describeRooms: DescribeRooms;
  accessManagedRoom: AccessManagedRoom;
  announceRooms: AnnounceRooms;
  createRoom: CreateRoomUseCase;
  describeMyRoom: DescribeMyRoom;
  listMembers: ListMembersUseCase;
  addMembers: AddMembersUseCase;
  removeMember: RemoveMemberUseCase;
  deleteRoom: DeleteRoomUseCases['deleteRoom'];
  markRead: MarkReadUseCase;
}

/** Rooms of many and their people: `/api/rooms`. Direct rooms answer to what only reads. */
export function addRoomsOfManyRoutes(app: HttpServer, deps: RoomsOfManyDeps): void {
  addRoomRoutes(app, deps);
  addMemberRoutes(app, deps);
}

function addRoomRoutes(app: HttpServer, deps: RoomsOfManyDeps): void {
  app.post(
    '/api/rooms',
    { schema: { body: CreateRoomBody, response: { 200: RoomAnswer, 201: RoomAnswer } } },
    async (request, reply) => {
      const { room, created } = await deps.createRoom({ callerId: callerOf(request).sub, body: request.body });
      return reply.status(created ? 201 : 200).send(await describe(deps, room.id));
    },
  );

  app.get('/api/rooms/:id', { schema: { params: IdParams, response: { 200: MyRoomAnswer } } }, (request) =>
    deps.describeMyRoom(request.params.id, callerOf(request).sub),
  );

  app.patch(
    '/api/rooms/:id',
    { schema: { params: IdParams, body: ChangeRoomBody, response: { 200: RoomAnswer } } },
    async (request) => {
      const { id } = request.params;
      const standing = await deps.accessManagedRoom(id, callerOf(request).sub);
      const title = checkTitle(request.body.title);
      const refusal = findWriteRefusal(standing);
      if (refusal) throw refusal;
      await deps.roomsOfMany.changeTitle(id, title);
      await deps.announceRooms.changed(id);
      return describe(deps, id);
    },
  );

  app.delete('/api/rooms/:id', { schema: { params: IdParams } }, async (request, reply) => {
    await deps.deleteRoom({ callerId: callerOf(request).sub, roomId: request.params.id });
    return reply.status(204).send();
  });

  app.post(
    '/api/rooms/:id/read',
    { schema: { params: IdParams, body: ReadBody, response: { 200: ReadAnswer } } },
    async (request) => {
      const { id } = request.params;
      const mark = { userId: callerOf(request).sub, chatRoomId: id, upToSeq: request.body.upToSeq };
      return { chatRoomId: id, ...(await deps.markRead(mark)) };
    },
  );
}

function addMemberRoutes(app: HttpServer, deps: RoomsOfManyDeps): void {
  app.get(
    '/api/rooms/:id/members',
    { schema: { params: IdParams, querystring: ListQuery, response: { 200: RoomMembersAnswer } } },
    (request) => deps.listMembers({ roomId: request.params.id, callerId: callerOf(request).sub }, request.query),
  );

  app.post(
    '/api/rooms/:id/members',
    { schema: { params: IdParams, body: AddMembersBody, response: { 200: AddMembersAnswer } } },
    async (request) => {
      const roomId = request.params.id;
      const { added } = await deps.addMembers({ roomId, callerId: callerOf(request).sub, ...request.body });
      return { ...(await describe(deps, roomId)), added };
    },
  );

  app.delete('/api/rooms/:id/members/:userId', { schema: { params: MemberParams } }, async (request, reply) => {
    const { id, userId } = request.params;
    await deps.removeMember({ roomId: id, callerId: callerOf(request).sub, userId });
    return reply.status(204).send();
  });
}

async function describe({ rooms, describeRooms }: RoomsOfManyDeps, roomId: string) {
  const room = (await rooms.findRooms([roomId])).get(roomId);
  const [chatRoom] = room ? await describeRooms([room]) : [];
  if (!chatRoom) throw new AppError({ code: 'NOT_FOUND', internal: 'the room went away' });
  return { chatRoom };
}
