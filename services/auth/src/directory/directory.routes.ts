import { ChildrenAnswer, CoursesAnswer, ListQuery, PeopleAnswer, PeopleQuery } from '@hallway/contracts';
import { callerOf, type createAuthenticate, type HttpServer } from '@hallway/platform';
import type { ListChildren } from './list-children.ts';
import type { ListCourses } from './list-courses.ts';
import type { ListPeople } from './list-people.ts';

export interface DirectoryRoutesDeps {
  authenticate: ReturnType<typeof createAuthenticate>;
  listPeople: ListPeople;
  listCourses: ListCourses;
  listChildren: ListChildren;
}

export function addDirectoryRoutes(app: HttpServer, deps: DirectoryRoutesDeps): void {
  const { authenticate: onRequest, listPeople, listCourses, listChildren } = deps;

  app.get(
    '/api/directory/people',
    { onRequest, schema: { querystring: PeopleQuery, response: { 200: PeopleAnswer } } },
    async (request) => {
      const { query, cursor, limit } = request.query;
      return listPeople({ callerId: callerOf(request).sub, query, cursor, limit });
    },
  );

  app.get(
    '/api/directory/courses',
    { onRequest, schema: { querystring: ListQuery, response: { 200: CoursesAnswer } } },
    async (request) => listCourses(callerOf(request).sub, request.query),
  );

  app.get(
    '/api/directory/children',
    { onRequest, schema: { querystring: ListQuery, response: { 200: ChildrenAnswer } } },
    async (request) => listChildren(callerOf(request).sub, request.query),
  );
}
