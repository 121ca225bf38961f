import {
  AdminCourseAnswer,
  AdminCoursesAnswer,
  AdminCoursesQuery,
  ChangeCourseBody,
  ChangeTermBody,
  CreateCourseBody,
  CreateTermBody,
  IdParams,
  ListQuery,
  limits,
  TermAnswer,
  TermsAnswer,
} from '@hallway/contracts';
import type { HttpServer } from '@hallway/platform';
import type { CourseRegister } from '../directory/course-register.repository.ts';
import type { TermsRepository } from '../directory/terms.repository.ts';
import { readPosition, toPage, toPositionedPage } from '../page.ts';
import { toAdminCourse, toTermAnswer } from './admin-answers.ts';
import type { AdminHooks } from './admin-hooks.ts';
import type { AddCourse, ChangeCourse } from './manage-courses.ts';
import type { AddTerm, ChangeTerm } from './manage-terms.ts';
import { found } from './read-fields.ts';
import { actorOf } from './require-admin.ts';

export interface CoursesRoutesDeps {
  hooks: AdminHooks;
  courses: CourseRegister;
  terms: TermsRepository;
  addCourse: AddCourse;
  changeCourse: ChangeCourse;
  addTerm: AddTerm;
  changeTerm: ChangeTerm;
}

export function addCoursesRoutes(app: HttpServer, deps: CoursesRoutesDeps): void {
  addCourseRoutes(app, deps);
  addTermRoutes(app, deps);
}

function addCourseRoutes(app: HttpServer, { hooks, courses, addCourse, changeCourse }: CoursesRoutesDeps): void {
  app.post(
    '/api/admin/courses',
    { ...hooks, schema: { body: CreateCourseBody, response: { 201: AdminCourseAnswer } } },
    async (request, reply) => {
      const course = await addCourse(actorOf(request), request.body);
      return reply.status(201).send({ course: toAdminCourse(course) });
    },
  );

  app.get(
    '/api/admin/courses',
    { ...hooks, schema: { querystring: AdminCoursesQuery, response: { 200: AdminCoursesAnswer } } },
    async (request) => {
      const { query, termId, cursor, limit = limits.pageDefault } = request.query;
      const listed = await courses.list({ query, termId, after: readPosition(cursor), limit: limit + 1 });
      const { page, nextCursor } = toPositionedPage(listed, limit, (course) => course);
      return { courses: page.map(toAdminCourse), nextCursor };
    },
  );

  app.get(
    '/api/admin/courses/:id',
    { ...hooks, schema: { params: IdParams, response: { 200: AdminCourseAnswer } } },
    async (request) => ({ course: toAdminCourse(found(await courses.find(request.params.id), 'course')) }),
  );

  app.patch(
    '/api/admin/courses/:id',
    { ...hooks, schema: { params: IdParams, body: ChangeCourseBody, response: { 200: AdminCourseAnswer } } },
    async (request) => {
      const course = await changeCourse(actorOf(request), request.params.id, request.body);
      return { course: toAdminCourse(course) };
    },
  );
}

function addTermRoutes(app: HttpServer, { hooks, terms, addTerm, changeTerm }: CoursesRoutesDeps): void {
  app.post(
    '/api/admin/terms',
    { ...hooks, schema: { body: CreateTermBody, response: { 201: TermAnswer } } },
    async (request, reply) => {
      const term = await addTerm(actorOf(request), request.body);
      return reply.status(201).send({ term: toTermAnswer(term) });
    },
  );

  app.get(
    '/api/admin/terms',
    { ...hooks, schema: { querystring: ListQuery, response: { 200: TermsAnswer } } },
    async (request) => {
      const all = (await terms.list()).map((term) => ({ term, key: `${term.startsAt.toISOString()} ${term.id}` }));
      const { page, nextCursor } = toPage(all, ({ key }) => key, request.query);
      return { terms: page.map(({ term }) => toTermAnswer(term)), nextCursor };
    },
  );

  app.patch(
    '/api/admin/terms/:id',
    { ...hooks, schema: { params: IdParams, body: ChangeTermBody, response: { 200: TermAnswer } } },
    async (request) => ({ term: toTermAnswer(await changeTerm(actorOf(request), request.params.id, request.body)) }),
  );
}
