import { AuditLogAnswer, AuditLogQuery, FamilyAnswer, GuardianBody, Id, IdParams, limits } from '@hallway/contracts';
import type { HttpServer } from '@hallway/platform';
import { Type } from 'typebox';
import type { AuditLog } from '../audit/audit-log.repository.ts';
import type { GuardianshipsRepository } from '../directory/guardianships.repository.ts';
import type { PeopleRegister } from '../directory/people-register.repository.ts';
import { encodeCursor, readIdCursor } from '../page.ts';
import { toAuditLogEntry, toFamilyTies } from './admin-answers.ts';
import type { AdminHooks } from './admin-hooks.ts';
import type { EndGuardian, PutGuardian } from './manage-guardians.ts';
import { found } from './read-fields.ts';
import { actorOf } from './require-admin.ts';

export interface FamiliesRoutesDeps {
  hooks: AdminHooks;
  people: PeopleRegister;
  guardianships: GuardianshipsRepository;
  putGuardian: PutGuardian;
  endGuardian: EndGuardian;
}

const FamilyParams = Type.Object({ parentId: Id, studentId: Id }, { additionalProperties: false });

export function addFamiliesRoutes(app: HttpServer, deps: FamiliesRoutesDeps): void {
  const { hooks, people, guardianships, putGuardian, endGuardian } = deps;

  app.get(
    '/api/admin/users/:id/family',
    { ...hooks, schema: { params: IdParams, response: { 200: FamilyAnswer } } },
    async (request) => {
      const { id } = found(await people.find(request.params.id), 'person');
      const { asParent, asChild } = await guardianships.listOfPerson(id);
      const ids = [...asParent.map(({ childId }) => childId), ...asChild.map(({ parentId }) => parentId)];
      const known = await people.findMany(ids);
      return {
        parents: toFamilyTies(asChild, ({ parentId }) => parentId, known),
        children: toFamilyTies(asParent, ({ childId }) => childId, known),
      };
    },
  );

  app.put(
    '/api/admin/guardians/:parentId/children/:studentId',
    { ...hooks, schema: { params: FamilyParams, body: GuardianBody } },
    async (request, reply) => {
      const { parentId, studentId: childId } = request.params;
      await putGuardian(actorOf(request), { parentId, childId }, request.body);
      return reply.status(204).send();
    },
  );

  app.delete(
    '/api/admin/guardians/:parentId/children/:studentId',
    { ...hooks, schema: { params: FamilyParams } },
    async (request, reply) => {
      const { parentId, studentId: childId } = request.params;
      await endGuardian(actorOf(request), { parentId, childId });
      return reply.status(204).send();
    },
  );
}

/** What was done, the youngest first. */
export function addAuditRoutes(app: HttpServer, { hooks, auditLog }: { hooks: AdminHooks; auditLog: AuditLog }): void {
  app.get(
    '/api/admin/audit',
    { ...hooks, schema: { querystring: AuditLogQuery, response: { 200: AuditLogAnswer } } },
    async (request) => {
      const { cursor, limit = limits.pageDefault, ...filter } = request.query;
      const listed = await auditLog.list({ ...filter, before: readIdCursor(cursor), limit: limit + 1 });
      const page = listed.slice(0, limit);
      const end = listed.length > limit ? page.at(-1) : undefined;
      return { entries: page.map(toAuditLogEntry), nextCursor: end ? encodeCursor([end.id]) : null };
    },
  );
}
