import {
  AdminAccountAnswer,
  AdminUserAnswer,
  AdminUsersAnswer,
  AdminUsersQuery,
  ChangeUserBody,
  CreateUserBody,
  IdParams,
  ListQuery,
  limits,
  SessionsAnswer,
  UserRolesBody,
} from '@hallway/contracts';
import { callerOf, type HttpServer } from '@hallway/platform';
import type { PeopleRegister, RegisteredPerson } from '../directory/people-register.repository.ts';
import { readPosition, toPage, toPositionedPage } from '../page.ts';
import type { SessionsRepository } from '../sessions/sessions.repository.ts';
import { toSessionAnswer } from '../sessions/sessions.routes.ts';
import type { AddPerson } from './add-person.ts';
import { toAdminAccount, toAdminUser } from './admin-answers.ts';
import type { AdminHooks } from './admin-hooks.ts';
import type { ChangePerson } from './change-person.ts';
import type { EndPersonSessions } from './end-person-sessions.ts';
import { found } from './read-fields.ts';
import { actorOf } from './require-admin.ts';

export interface PeopleRoutesDeps {
  hooks: AdminHooks;
  people: PeopleRegister;
  sessions: SessionsRepository;
  addPerson: AddPerson;
  changePerson: ChangePerson;
  endPersonSessions: EndPersonSessions;
}

export function addPeopleRoutes(app: HttpServer, deps: PeopleRoutesDeps): void {
  addPersonRoutes(app, deps);
  addRolesAndSessionsRoutes(app, deps);
}

function addPersonRoutes(app: HttpServer, { hooks, people, addPerson, changePerson }: PeopleRoutesDeps): void {
  app.post(
    '/api/admin/users',
    { ...hooks, schema: { body: CreateUserBody, response: { 201: AdminUserAnswer } } },
    async (request, reply) => {
      const person = await addPerson(actorOf(request), request.body);
      return reply.status(201).send({ user: toAdminUser(person) });
    },
  );

  app.get(
    '/api/admin/users',
    { ...hooks, schema: { querystring: AdminUsersQuery, response: { 200: AdminUsersAnswer } } },
    async (request) => {
      const { query, role, active, cursor, limit = limits.pageDefault } = request.query;
      const filter = { query, role, active: active === undefined ? undefined : active === 'true' };
      const listed = await people.list({ ...filter, after: readPosition(cursor), limit: limit + 1 });
      const { page, nextCursor } = toPositionedPage(listed, limit, (person) => person);
      return { users: page.map(toAdminUser), nextCursor };
    },
  );

  app.get(
    '/api/admin/users/:id',
    { ...hooks, schema: { params: IdParams, response: { 200: AdminAccountAnswer } } },
    async (request) => toAccountAnswer(found(await people.find(request.params.id), 'person')),
  );

  app.patch(
    '/api/admin/users/:id',
    { ...hooks, schema: { params: IdParams, body: ChangeUserBody, response: { 200: AdminUserAnswer } } },
    async (request) => {
      const person = await changePerson(actorOf(request), request.params.id, request.body);
      return { user: toAdminUser(person) };
    },
  );
}

function addRolesAndSessionsRoutes(app: HttpServer, deps: PeopleRoutesDeps): void {
  const { hooks, people, sessions, changePerson, endPersonSessions } = deps;

  app.put(
    '/api/admin/users/:id/roles',
    { ...hooks, schema: { params: IdParams, body: UserRolesBody, response: { 200: AdminAccountAnswer } } },
    async (request) => toAccountAnswer(await changePerson(actorOf(request), request.params.id, request.body)),
  );

  app.get(
    '/api/admin/users/:id/sessions',
    { ...hooks, schema: { params: IdParams, querystring: ListQuery, response: { 200: SessionsAnswer } } },
    async (request) => {
      const { id } = found(await people.find(request.params.id), 'person');
      const live = await sessions.listLive(id, new Date());
      const { page, nextCursor } = toPage(live, (session) => session.id, request.query);
      const { sid } = callerOf(request);
      return { sessions: page.map((session) => toSessionAnswer(session, sid)), nextCursor };
    },
  );

  app.delete('/api/admin/users/:id/sessions', { ...hooks, schema: { params: IdParams } }, async (request, reply) => {
    await endPersonSessions(actorOf(request), request.params.id);
    return reply.status(204).send();
  });
}

function toAccountAnswer(person: RegisteredPerson): AdminAccountAnswer {
  return { user: toAdminUser(person), account: toAdminAccount(person) };
}
