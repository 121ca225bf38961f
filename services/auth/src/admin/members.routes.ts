import {
  CourseMemberBody,
  CourseMembersAnswer,
  CourseMembersQuery,
  Id,
  IdParams,
  ListQuery,
  limits,
  MoveMembersAnswer,
  MoveMembersBody,
  SectionAnswer,
  SectionBody,
  SectionsAnswer,
} from '@hallway/contracts';
import type { HttpServer } from '@hallway/platform';
import { Type } from 'typebox';
import type { CourseRegister } from '../directory/course-register.repository.ts';
import type { EnrolmentsRepository } from '../directory/enrolments.repository.ts';
import type { PeopleRegister } from '../directory/people-register.repository.ts';
import type { SectionsRepository } from '../directory/sections.repository.ts';
import { encodeCursor, readIdCursor, toPage } from '../page.ts';
import { toCourseMembers, toSectionAnswer } from './admin-answers.ts';
import type { AdminHooks } from './admin-hooks.ts';
import type { Enrol, MoveMembers, Unenrol } from './manage-members.ts';
import type { AddSection, RenameSection } from './manage-sections.ts';
import { found } from './read-fields.ts';
import { actorOf } from './require-admin.ts';

export interface MembersRoutesDeps {
  hooks: AdminHooks;
  courses: CourseRegister;
  sections: SectionsRepository;
  enrolments: EnrolmentsRepository;
  people: PeopleRegister;
  enrol: Enrol;
  unenrol: Unenrol;
  moveMembers: MoveMembers;
  addSection: AddSection;
  renameSection: RenameSection;
}

const MemberParams = Type.Object({ id: Id, userId: Id }, { additionalProperties: false });

export function addMembersRoutes(app: HttpServer, deps: MembersRoutesDeps): void {
  addMemberListRoute(app, deps);
  addMemberRoutes(app, deps);
  addSectionRoutes(app, deps);
}

function addMemberListRoute(app: HttpServer, { hooks, courses, enrolments, people }: MembersRoutesDeps): void {
  app.get(
    '/api/admin/courses/:id/members',
    { ...hooks, schema: { params: IdParams, querystring: CourseMembersQuery, response: { 200: CourseMembersAnswer } } },
    async (request) => {
      const { id: courseId } = found(await courses.find(request.params.id), 'course');
      const { status, cursor, limit = limits.pageDefault } = request.query;
      const listing = { courseId, status, after: readIdCursor(cursor) };
      const listed = await enrolments.listOfCourse({ ...listing, limit: limit + 1 });
      const page = listed.slice(0, limit);
      const end = listed.length > limit ? page.at(-1) : undefined;
      const known = await people.findMany(page.map(({ userId }) => userId));
      return { members: toCourseMembers(page, known), nextCursor: end ? encodeCursor([end.userId]) : null };
    },
  );
}

function addMemberRoutes(app: HttpServer, { hooks, enrol, unenrol }: MembersRoutesDeps): void {
  app.put(
    '/api/admin/courses/:id/members/:userId',
    { ...hooks, schema: { params: MemberParams, body: CourseMemberBody } },
    async (request, reply) => {
      const { id: courseId, userId } = request.params;
      await enrol(actorOf(request), { courseId, userId }, request.body);
      return reply.status(204).send();
    },
  );

  app.delete(
    '/api/admin/courses/:id/members/:userId',
    { ...hooks, schema: { params: MemberParams } },
    async (request, reply) => {
      const { id: courseId, userId } = request.params;
      await unenrol(actorOf(request), { courseId, userId });
      return reply.status(204).send();
    },
  );
}

function addSectionRoutes(app: HttpServer, deps: MembersRoutesDeps): void {
  const { hooks, courses, sections, addSection, renameSection, moveMembers } = deps;

  app.post(
    '/api/admin/courses/:id/sections',
    { ...hooks, schema: { params: IdParams, body: SectionBody, response: { 201: SectionAnswer } } },
    async (request, reply) => {
      const section = await addSection(actorOf(request), request.params.id, request.body.title);
      return reply.status(201).send({ section: toSectionAnswer(section) });
    },
  );

  app.get(
    '/api/admin/courses/:id/sections',
    { ...hooks, schema: { params: IdParams, querystring: ListQuery, response: { 200: SectionsAnswer } } },
    async (request) => {
      const { id } = found(await courses.find(request.params.id), 'course');
      const all = (await sections.listOfCourse(id)).map((section) => ({ section, key: section.id }));
      all.sort((a, b) => (a.key < b.key ? -1 : 1));
      const { page, nextCursor } = toPage(all, ({ key }) => key, request.query);
      return { sections: page.map(({ section }) => toSectionAnswer(section)), nextCursor };
    },
  );

  app.patch(
    '/api/admin/sections/:id',
    { ...hooks, schema: { params: IdParams, body: SectionBody, response: { 200: SectionAnswer } } },
    async (request) => {
      const section = await renameSection(actorOf(request), request.params.id, request.body.title);
      return { section: toSectionAnswer(section) };
    },
  );

  app.post(
    '/api/admin/sections/:id/members',
    { ...hooks, schema: { params: IdParams, body: MoveMembersBody, response: { 200: MoveMembersAnswer } } },
    async (request) => ({ moved: await moveMembers(actorOf(request), request.params.id, request.body) }),
  );
}
